//! doorward over HTTP.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

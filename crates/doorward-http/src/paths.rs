//! Where the endpoints are.

/// The paths of the endpoints, behind the prefix that the door is mounted at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paths {
    prefix: String,
    home: String,
}

/// One path each, of this documentation.
macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)*) => {
        impl Paths {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> String {
                self.under($path)
            })*
        }
    };
}

paths! {
    /// Files of the pages: their names follow after a slash.
    assets = "/assets";
    /// A token against forged requests, for scripts.
    csrf_token = "/csrf-token";
    /// Ends all sessions but the present one.
    end_other_sessions = "/sessions/end-others";
    /// Ends one session.
    end_session = "/sessions/end";
    /// What a token is (RFC 7662).
    introspect = "/introspect";
    /// The login.
    login = "/login";
    /// The logout.
    logout = "/logout";
    /// The description of all of this.
    openapi = "/openapi.json";
    /// Sets another password, for whoever is signed in.
    password = "/password";
    /// Asks for a letter to who has forgotten the password.
    recover = "/recover";
    /// Sets a new password, with the token of the letter.
    recover_confirm = "/recover/confirm";
    /// A new access token for a refresh token.
    refresh = "/refresh";
    /// A new account.
    register = "/register";
    /// Ends a token (RFC 7009).
    revoke = "/revoke";
    /// The second factor of whoever is signed in.
    second_factor = "/second-factor";
    /// Enrols what the app shows.
    second_factor_confirm = "/second-factor/confirm";
    /// Begins an enrolment.
    second_factor_enrol = "/second-factor/enrol";
    /// The code of a step-up.
    second_factor_login = "/login/second-factor";
    /// New recovery codes.
    second_factor_recovery_codes = "/second-factor/recovery-codes";
    /// Removes the second factor.
    second_factor_remove = "/second-factor/remove";
    /// The sessions of whoever is signed in.
    sessions = "/sessions";
}

impl Paths {
    pub(crate) fn new(prefix: String, home: String) -> Self {
        Self { prefix, home }
    }

    /// Where people go who have signed in.
    #[must_use]
    pub fn home(&self) -> &str {
        &self.home
    }

    /// What stands before all of them: nothing, or such as `/auth`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The path of an endpoint without the prefix.
    pub(crate) fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.prefix.as_str()).filter(|rest| rest.starts_with('/'))
    }

    fn under(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

/// What can be sealed: every type of serde's that can be wiped.
///
/// There is nothing to implement. `String`, numbers, `Vec` and `Option` of them have all it takes; a
/// type of your own derives `serde::Serialize`, `serde::Deserialize` and `zeroize::Zeroize`, the last of
/// the crate `zeroize` with its feature `derive`. For a type of somebody else that cannot be wiped there
/// is [`Unwiped`](crate::Unwiped).
///
/// What opens is what its `Serialize` wrote, or sealing fails ([`ValueProblem`](crate::ValueProblem)). What
/// that leaves out (`skip`) or writes alike for two values (`untagged`) is lost before it is sealed: the page
/// of the format names the cases. A map or set without an order of its own, such as `HashMap`, takes
/// another order each time.
///
/// ```compile_fail,E0277
/// use doorward_fields::Secret;
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Pin([u8; 4]);
///
/// // Not wiped on drop: does not compile.
/// let pin = Secret::new(Pin([1, 2, 3, 4]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sealed",
    label = "not serde's, or cannot be wiped",
    note = "derive serde::Serialize, serde::Deserialize and zeroize::Zeroize for it",
    note = "if it is not your type and cannot be wiped, say so: doorward_fields::Unwiped<{Self}>"
)]
pub trait SecretValue: DeserializeOwned + Serialize + Zeroize {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Serialize + Zeroize> SecretValue for T {}

//! Whether the Secret Service could keep a secret now. It is asked without an item: a provider with a recycle bin would keep
//! each item that was stored to find out.

use std::collections::HashMap;

use keyring_core::Entry;
use keyring_core::api::CredentialStoreApi;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use crate::store::keyring::no_store;
use crate::store::{StoreError, StoreKey};

pub(super) use zbus_secret_service_keyring_store::Store;

const NAME: &str = "org.freedesktop.secrets";

/// Unlocks the default collection if it is locked; a person may have to answer a dialog.
///
/// # Errors
/// If there is no provider, it has no default collection, or that stays locked.
pub(super) fn probe() -> Result<(), StoreError> {
    let bus = Connection::session().map_err(no_store)?;
    let service = Proxy::new(&bus, NAME, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service")
        .map_err(no_store)?;
    let default: OwnedObjectPath = service.call("ReadAlias", &("default",)).map_err(no_store)?;
    if default.as_str() == "/" {
        return Err(StoreError::NoCollection);
    }
    let collection =
        Proxy::new(&bus, NAME, &default, "org.freedesktop.Secret.Collection").map_err(no_store)?;
    if !collection.get_property::<bool>("Locked").map_err(no_store)? {
        return Ok(());
    }
    let locked = |why: zbus::Error| StoreError::Locked { detail: why.to_string() };
    let (_, path): (Vec<OwnedObjectPath>, OwnedObjectPath) =
        service.call("Unlock", &(vec![&default],)).map_err(locked)?;
    if path.as_str() == "/" {
        return Ok(());
    }
    let prompt = Proxy::new(&bus, NAME, &path, "org.freedesktop.Secret.Prompt").map_err(locked)?;
    let mut completed = prompt.receive_signal("Completed").map_err(locked)?;
    prompt.call::<_, _, ()>("Prompt", &("",)).map_err(locked)?;
    let message = completed.next().ok_or_else(|| no_store("it left while it asked for a password"))?;
    let (was_dismissed, _): (bool, OwnedValue) = message.body().deserialize().map_err(locked)?;
    if was_dismissed {
        return Err(StoreError::Locked { detail: "its dialog was dismissed".to_owned() });
    }
    Ok(())
}

/// Whether the provider is KeePassXC, which moves what is removed to its recycle bin. Both names are of one program then.
pub(super) fn recycles() -> bool {
    let owner = |bus: &Connection, name: &str| {
        let daemon = Proxy::new(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus");
        daemon.and_then(|daemon| daemon.call::<_, _, String>("GetNameOwner", &(name,))).ok()
    };
    let Ok(bus) = Connection::session() else { return false };
    let provider = owner(&bus, NAME);
    provider.is_some() && provider == owner(&bus, "org.keepassxc.KeePassXC.MainWindow")
}

pub(super) fn labelled(store: &Store, service: &str, key: &StoreKey) -> keyring_core::Result<Entry> {
    let label = label(key);
    store.build(service, &key.account(), Some(&HashMap::from([("label", label.as_str())])))
}

/// `DeepCall session: asha (host)`.
fn label(key: &StoreKey) -> String {
    let host = key.origin().split_once("://").map_or(key.origin(), |(_, host)| host);
    format!("DeepCall session: {} ({host})", key.profile())
}

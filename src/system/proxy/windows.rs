//! The Internet Settings of the registry, which the pages of Windows about proxies write.

use super::{ProxySettings, unusable};

#[cfg(windows)]
pub(crate) fn settings() -> ProxySettings {
    use windows_registry::{CURRENT_USER, LOCAL_MACHINE};

    const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    const POLICY: &str = r"Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings";

    let policy = LOCAL_MACHINE.open(POLICY).and_then(|key| key.get_u32("ProxySettingsPerUser"));
    let is_for_all_users = policy.is_ok_and(|value| value == 0);
    let root = if is_for_all_users { LOCAL_MACHINE } else { CURRENT_USER };
    let Ok(key) = root.open(SETTINGS) else { return ProxySettings::default() };
    let text = |name| key.get_string(name).unwrap_or_default();
    let is_enabled = key.get_u32("ProxyEnable").is_ok_and(|value| value != 0);
    let server = if is_enabled { text("ProxyServer") } else { String::new() };
    parse(&server, &text("ProxyOverride"), &text("AutoConfigURL"))
}

/// `server` is one proxy for everything, or a list such as `http=a:80;https=b:80;socks=c:1080`, in which whatever has no
/// entry goes through `socks`, or direct. In `exceptions`, `<local>` stands for names without a dot.
fn parse(server: &str, exceptions: &str, script: &str) -> ProxySettings {
    let list = |text: &str| -> Vec<String> {
        let entries = text.split(|c: char| c == ';' || c.is_whitespace());
        entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    };
    let servers = list(server);
    let of_scheme = |wanted: &str| {
        let mut entries = servers.iter().filter_map(|entry| entry.split_once('='));
        entries.find(|(scheme, _)| scheme.eq_ignore_ascii_case(wanted)).map(|(_, proxy)| proxy.to_owned())
    };
    let for_everything = servers.iter().find(|entry| !entry.contains('='));
    let proxy = of_scheme("https").or_else(|| for_everything.cloned());
    let unusable = if !script.trim().is_empty() {
        Some(unusable::SCRIPT)
    } else if proxy.is_none() && of_scheme("socks").is_some() {
        Some(unusable::SOCKS)
    } else {
        None
    };
    let is_local = |entry: &String| entry.eq_ignore_ascii_case("<local>");
    let (local, exceptions): (Vec<_>, Vec<_>) = list(exceptions).into_iter().partition(is_local);
    ProxySettings { proxy, exceptions, excepts_plain_names: !local.is_empty(), unusable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_for_https_is_found_in_both_shapes_of_the_list() {
        for (server, wanted) in [
            ("", None),
            (" ", None),
            ("proxy.example:3128", Some("proxy.example:3128")),
            ("http://proxy.example:3128", Some("http://proxy.example:3128")),
            ("http=a:80;https=b:81;ftp=c:82", Some("b:81")),
            ("http=a:80 HTTPS=https://b:81", Some("https://b:81")),
            ("http=a:80", None),
            ("http=a:80;b:81", Some("b:81")),
        ] {
            let found = parse(server, "", "");
            assert_eq!((found.proxy.as_deref(), found.unusable), (wanted, None), "{server}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_known() {
        for (server, script, wanted) in [
            ("", "http://wpad.example/proxy.pac", Some(unusable::SCRIPT)),
            ("proxy:80", "http://wpad.example/proxy.pac", Some(unusable::SCRIPT)),
            ("socks=a:1080", "", Some(unusable::SOCKS)),
            ("http=b:80;socks=a:1080", "", Some(unusable::SOCKS)),
            ("https=b:80;socks=a:1080", "", None),
            ("", " ", None),
        ] {
            assert_eq!(parse(server, "", script).unusable, wanted, "{server} {script}");
        }
    }

    #[test]
    fn exceptions_are_a_list_and_local_names_a_mark_in_it() {
        let found = parse("proxy:80", "*.example.com; 10.*;;<LOCAL>;intranet", "");
        assert_eq!(found.exceptions, ["*.example.com", "10.*", "intranet"]);
        assert!(found.excepts_plain_names);
        assert!(!parse("proxy:80", "localhost", "").excepts_plain_names);
    }
}

//! What `scutil --proxy` prints: the settings of the network in use. A library could ask for them itself; its list of
//! exceptions could only be read with unsafe code.

use std::collections::BTreeMap;

use super::{ProxySettings, unusable};

#[cfg(target_os = "macos")]
pub(crate) fn settings() -> ProxySettings {
    use std::process::{Command, Stdio};

    let mut scutil = Command::new("/usr/sbin/scutil");
    let printed = scutil.arg("--proxy").stdin(Stdio::null()).stderr(Stdio::null()).output();
    printed.map_or_else(|_| ProxySettings::default(), |it| parse(&String::from_utf8_lossy(&it.stdout)))
}

/// The keys are those of Apple's SCSchemaDefinitions. What is said of single interfaces is in a dictionary further in.
fn parse(printed: &str) -> ProxySettings {
    let mut values = BTreeMap::new();
    let mut exceptions = vec![];
    let mut inside: Vec<&str> = vec![];
    for line in printed.lines().map(str::trim) {
        let (key, value) = line.split_once(" : ").unwrap_or(("", line));
        if line == "}" {
            inside.pop();
        } else if value.ends_with('{') {
            inside.push(key);
        } else if inside.len() == 1 {
            values.insert(key, value);
        } else if inside.get(1..) == Some(&["ExceptionsList"]) {
            exceptions.push(value.to_owned());
        }
    }
    let is_on = |key| values.get(key) == Some(&"1");
    let host = values.get("HTTPSProxy").filter(|host| is_on("HTTPSEnable") && !host.is_empty());
    let proxy = host.map(|host| {
        let host = if host.contains(':') { format!("[{host}]") } else { (*host).to_owned() };
        values.get("HTTPSPort").map_or(host.clone(), |port| format!("{host}:{port}"))
    });
    let unusable = if is_on("ProxyAutoConfigEnable") {
        Some(unusable::SCRIPT)
    } else if is_on("ProxyAutoDiscoveryEnable") {
        Some(unusable::SEARCH)
    } else if proxy.is_none() && is_on("SOCKSEnable") {
        Some(unusable::SOCKS)
    } else {
        None
    };
    ProxySettings { proxy, exceptions, excepts_plain_names: is_on("ExcludeSimpleHostnames"), unusable }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dictionary as scutil prints it.
    fn printed(lines: &str) -> String {
        format!("<dictionary> {{\n{lines}}}\n")
    }

    #[test]
    fn a_proxy_and_its_exceptions_are_read() {
        let lines = "  ExceptionsList : <array> {\n    0 : *.local\n    1 : 169.254/16\n  }\n  \
                     ExcludeSimpleHostnames : 1\n  FTPPassive : 1\n  HTTPEnable : 1\n  HTTPPort : 80\n  \
                     HTTPProxy : other.example\n  HTTPSEnable : 1\n  HTTPSPort : 3128\n  \
                     HTTPSProxy : proxy.example\n  ProxyAutoConfigEnable : 0\n  SOCKSEnable : 0\n  \
                     __SCOPED__ : <dictionary> {\n    en0 : <dictionary> {\n      HTTPSPort : 1\n      \
                     ExceptionsList : <array> {\n        0 : no\n      }\n    }\n  }\n";
        let wanted = ProxySettings {
            proxy: Some("proxy.example:3128".to_owned()),
            exceptions: vec!["*.local".to_owned(), "169.254/16".to_owned()],
            excepts_plain_names: true,
            unusable: None,
        };
        assert_eq!(parse(&printed(lines)), wanted);
        for nothing in ["", "  FTPPassive : 1\n", "  HTTPEnable : 1\n  HTTPProxy : other.example\n"] {
            assert_eq!(parse(&printed(nothing)), ProxySettings::default(), "{nothing}");
        }
        assert_eq!(parse("No proxy configuration\n"), ProxySettings::default());
    }

    #[test]
    fn only_a_proxy_that_is_turned_on_counts() {
        for (lines, wanted) in [
            ("  HTTPSEnable : 0\n  HTTPSPort : 3128\n  HTTPSProxy : proxy.example\n", None),
            ("  HTTPSPort : 3128\n  HTTPSProxy : proxy.example\n", None),
            ("  HTTPSEnable : 1\n  HTTPSProxy : \n", None),
            ("  HTTPSEnable : 1\n  HTTPSProxy : proxy.example\n", Some("proxy.example")),
            ("  HTTPSEnable : 1\n  HTTPSProxy : fd00::7\n  HTTPSPort : 80\n", Some("[fd00::7]:80")),
        ] {
            assert_eq!(parse(&printed(lines)).proxy.as_deref(), wanted, "{lines}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_known() {
        let https = "  HTTPSEnable : 1\n  HTTPSProxy : proxy.example\n";
        for (lines, wanted) in [
            ("  ProxyAutoConfigEnable : 1\n", Some(unusable::SCRIPT)),
            ("  ProxyAutoDiscoveryEnable : 1\n", Some(unusable::SEARCH)),
            ("  SOCKSEnable : 1\n", Some(unusable::SOCKS)),
            (https, None),
        ] {
            assert_eq!(parse(&printed(lines)).unusable, wanted, "{lines}");
        }
        assert_eq!(parse(&printed(&format!("{https}  SOCKSEnable : 1\n"))).unusable, None);
    }
}

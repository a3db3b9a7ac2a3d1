//! DeepCall's error codes with their published messages (`api.md` §6).

use serde_json::{Value, json};

/// A refusal by one of DeepCall's error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) i64);

impl Refusal {
    pub(crate) const INVALID_PARAMETERS: Self = Self(1000);
    pub(crate) const INVALID_DATA_TYPE: Self = Self(1001);
    pub(crate) const USER_ID_NOT_PROVIDED: Self = Self(1002);
    pub(crate) const INVALID_USER_ID: Self = Self(1013);
    pub(crate) const INVALID_TOKEN: Self = Self(1014);
    pub(crate) const TOKEN_NOT_FOUND: Self = Self(1020);
    pub(crate) const NO_SUCH_SESSION: Self = Self(1044);
    pub(crate) const INVALID_REQUEST: Self = Self(1047);
    pub(crate) const NOT_ON_BREAK: Self = Self(1502);
    pub(crate) const NOT_A_PING_SESSION: Self = Self(1503);
    pub(crate) const NOT_IN_WRAP_UP: Self = Self(1504);
    pub(crate) const NO_MIC_PERMISSION: Self = Self(1505);
    pub(crate) const INCOMPATIBLE_TYPE: Self = Self(1506);

    /// The reply in the spelling that belongs to the code: `errCode` for the codes of agentProfile,
    /// `code` for the general ones.
    pub(crate) fn json(self) -> Value {
        let Self(code) = self;
        if (1501..=1506).contains(&code) {
            json!({ "status": "error", "errCode": code, "message": self.message() })
        } else {
            json!({ "status": "error", "message": self.message(), "code": code })
        }
    }

    fn message(self) -> &'static str {
        match self.0 {
            1000 => "Invalid parameter(s)",
            1001 => "Invalid data type",
            1002 => "UserId not provided",
            1003 => "AgentId does not exist",
            1004 => "File not found",
            1005 => "Invalid contact number",
            1006 => "GroupId does not exist",
            1007 => "Cli number not found",
            1008 => "Cli number not valid",
            1010 => "Error in DB connect",
            1011 => "Invalid credentials",
            1012 => "No data found",
            1013 => "Invalid user id",
            1014 => "Invalid token",
            1015 => "Permission denied",
            1016 => "Agent data not found",
            1017 => "Error getting DB Details",
            1018 => "Invalid panel package id",
            1019 => "Invalid response",
            1020 => "Token not found",
            1027 => "Only agent allowed to call this API",
            1032 => "Error Getting DB Details",
            1033 => "Service unavailable",
            1038 => "OBD plan not found",
            1039 => "User account suspend",
            1040 => "Next due date not found",
            1041 => "Next due date passed",
            1042 => "Insufficient wallet amount",
            1043 => "Agent is not login",
            1044 => "SSID file does not exist",
            1045 => "Channel not available",
            1046 => "Connection error",
            1047 => "Invalid Request Data",
            1501 => "Agent id not match",
            1502 => "On break is : 0",
            1503 => "SSID not valid for setWebPingTime",
            1504 => "Agent not in wrap time",
            1505 => "Missing required parameters:mic_perm",
            1506 => "Cannot update [ping_time] as it is of incompatible type",
            _ => "Something went wrong",
        }
    }
}

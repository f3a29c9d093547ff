#pragma once
// The names of the enumerators of a layer-7 virtual service: what model/names.h is to the others.

#include "model/layer7_service.h"
#include "model/names.h"

namespace evenkeel::model {

inline constexpr std::array kLayer7ModeNames{
    EnumName<Layer7Mode>{Layer7Mode::kHttp, "http", "requests are understood, and each is balanced"},
    EnumName<Layer7Mode>{Layer7Mode::kTcp, "tcp", "connections are balanced, whatever they carry: TLS, SMB, IPP, ..."},
};
static_assert(detail::is_complete(kLayer7ModeNames));

inline constexpr std::array kLayer7SchedulerNames{
    EnumName<Layer7Scheduler>{Layer7Scheduler::kWeightedLeastConnections, "weighted_least_connections",
                              "the real server with the fewest connections for its weight"},
    EnumName<Layer7Scheduler>{Layer7Scheduler::kWeightedRoundRobin, "weighted_round_robin",
                              "each in turn, as often as its weight says"},
    EnumName<Layer7Scheduler>{Layer7Scheduler::kSourceHash, "source_hash",
                              "the client's address decides, as long as that real server is usable"},
};
static_assert(detail::is_complete(kLayer7SchedulerNames));

inline constexpr std::array kLayer7PersistenceNames{
    EnumName<Layer7Persistence>{Layer7Persistence::kNone, "none", "every connection or request is scheduled anew"},
    EnumName<Layer7Persistence>{Layer7Persistence::kSourceIp, "source_ip",
                                "by the client's address, in a table that survives reloads"},
    EnumName<Layer7Persistence>{Layer7Persistence::kHttpCookie, "http_cookie",
                                "by a cookie that the load balancer adds and takes out again"},
    EnumName<Layer7Persistence>{Layer7Persistence::kHttpCookieSourceIp, "http_cookie_source_ip",
                                "by that cookie, and by the client's address where there is none yet"},
    EnumName<Layer7Persistence>{Layer7Persistence::kApplicationCookie, "application_cookie",
                                "by a cookie that the real servers set themselves, such as JSESSIONID"},
    EnumName<Layer7Persistence>{Layer7Persistence::kXForwardedFor, "x_forwarded_for",
                                "by the address that an X-Forwarded-For header names, else the client's"},
    EnumName<Layer7Persistence>{Layer7Persistence::kSslSessionId, "ssl_session_id",
                                "by the session ID of TLS up to 1.2 that passes through"},
    EnumName<Layer7Persistence>{Layer7Persistence::kRdpCookie, "rdp_cookie",
                                "by the user's name that Remote Desktop sends first (mstshash)"},
    EnumName<Layer7Persistence>{Layer7Persistence::kMsSessionBroker, "ms_session_broker",
                                "by the token with the real server's address that Microsoft's connection broker hands "
                                "out (msts)"},
    EnumName<Layer7Persistence>{Layer7Persistence::kLastSuccessful, "last_successful",
                                "all clients on one real server until it fails, and then on the next, for good"},
};
static_assert(detail::is_complete(kLayer7PersistenceNames));

inline constexpr std::array kSendProxyNames{
    EnumName<SendProxy>{SendProxy::kOff, "off", "real servers see the load balancer alone"},
    EnumName<SendProxy>{SendProxy::kV1, "v1", "a line of text says who the client is"},
    EnumName<SendProxy>{SendProxy::kV2, "v2", "the same in binary"},
    EnumName<SendProxy>{SendProxy::kV2Ssl, "v2_ssl", "v2, with the client's TLS version and whether it was verified"},
    EnumName<SendProxy>{SendProxy::kV2SslCn, "v2_ssl_cn", "that, with the name in the client's certificate"},
};
static_assert(detail::is_complete(kSendProxyNames));

inline constexpr std::array kLayer7LogNames{
    EnumName<Layer7Log>{Layer7Log::kNone, "none", "nothing"},
    EnumName<Layer7Log>{Layer7Log::kErrors, "errors", "what failed: time-outs, refused connections, answers with 5xx"},
    EnumName<Layer7Log>{Layer7Log::kAll, "all", "every request, in tcp mode every connection"},
};
static_assert(detail::is_complete(kLayer7LogNames));

template <>
constexpr std::span<const EnumName<Layer7Mode>> names() {
  return kLayer7ModeNames;
}
template <>
constexpr std::span<const EnumName<Layer7Scheduler>> names() {
  return kLayer7SchedulerNames;
}
template <>
constexpr std::span<const EnumName<Layer7Persistence>> names() {
  return kLayer7PersistenceNames;
}
template <>
constexpr std::span<const EnumName<SendProxy>> names() {
  return kSendProxyNames;
}
template <>
constexpr std::span<const EnumName<Layer7Log>> names() {
  return kLayer7LogNames;
}

}  // namespace evenkeel::model

#pragma once
// The names of enumerators in JSON, on the command line and in the store, and what each one means. One table per enum;
// a forgotten enumerator does not compile.

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "model/alerts.h"
#include "model/operator_action.h"
#include "model/virtual_service.h"

namespace evenkeel::model {

template <class E>
struct EnumName {
  E value;
  const char* name;
  const char* help;  // one sentence for an administrator, without a trailing full stop
};

namespace detail {

template <class E, E kValue>
consteval bool is_enumerator() {
  // clang writes "kValue = evenkeel::model::Protocol::kTcp" for an enumerator, "(evenkeel::model::Protocol)7"
  // otherwise.
  return std::string_view(__PRETTY_FUNCTION__).find("kValue = (") == std::string_view::npos;
}

// The table lists the enumerators in order, and all of them.
template <class E, size_t N>
consteval bool is_complete(const std::array<EnumName<E>, N>& table) {
  for (size_t i = 0; i < N; ++i) {
    if (table[i].value != static_cast<E>(i)) return false;
  }
  return is_enumerator<E, static_cast<E>(N - 1)>() && !is_enumerator<E, static_cast<E>(N)>();
}

}  // namespace detail

inline constexpr std::array kProtocolNames{
    EnumName<Protocol>{Protocol::kTcp, "tcp", "TCP"},
    EnumName<Protocol>{Protocol::kUdp, "udp", "UDP"},
    EnumName<Protocol>{Protocol::kTcpUdp, "tcp_udp", "TCP and UDP on the same ports"},
};
static_assert(detail::is_complete(kProtocolNames));

inline constexpr std::array kForwardingMethodNames{
    EnumName<ForwardingMethod>{ForwardingMethod::kDirectRouting, "direct_routing",
                               "Layer 4 DR: only the destination MAC address changes, real servers answer the client "
                               "directly; each must hold the virtual address and not answer ARP for it"},
    EnumName<ForwardingMethod>{ForwardingMethod::kNat, "nat",
                               "Layer 4 NAT: the destination address and port change; real servers see the client and "
                               "answer through the load balancer, which must be their default gateway"},
    EnumName<ForwardingMethod>{ForwardingMethod::kSnat, "snat",
                               "Layer 4 SNAT: source and destination change; real servers see the load balancer, need "
                               "no change, and may be anywhere"},
    EnumName<ForwardingMethod>{
        ForwardingMethod::kTunnel, "tunnel",
        "Layer 4 TUN: packets travel inside IP to real servers anywhere, which answer the client "
        "directly; each must hold the virtual address on a tunnel interface"},
};
static_assert(detail::is_complete(kForwardingMethodNames));

inline constexpr std::array kSchedulerNames{
    EnumName<Scheduler>{Scheduler::kWeightedLeastConnections, "weighted_least_connections",
                        "the real server with the fewest connections for its weight; best for most services"},
    EnumName<Scheduler>{Scheduler::kWeightedRoundRobin, "weighted_round_robin",
                        "each real server in turn, as often as its weight says"},
    EnumName<Scheduler>{Scheduler::kSourceHash, "source_hash",
                        "the client's address decides: the same client comes to the same real server"},
    EnumName<Scheduler>{Scheduler::kMaglev, "maglev",
                        "consistent hashing of the connection: few connections move when a real server comes or goes"},
    EnumName<Scheduler>{Scheduler::kDestinationHash, "destination_hash",
                        "the virtual address decides: its clients all come to one real server, as long as that is "
                        "usable"},
};
static_assert(detail::is_complete(kSchedulerNames));

inline constexpr std::array kOnFailureNames{
    EnumName<OnFailure>{OnFailure::kKeep, "keep", "they go on, in case only the check has failed"},
    EnumName<OnFailure>{OnFailure::kReset, "reset",
                        "TCP connections are reset, so that clients come back at once; UDP is dropped"},
    EnumName<OnFailure>{OnFailure::kDrop, "drop", "their packets are dropped and counted: clients run into timeouts"},
};
static_assert(detail::is_complete(kOnFailureNames));

inline constexpr std::array kOnHaltNames{
    EnumName<OnHalt>{OnHalt::kReset, "reset",
                     "TCP connections are reset, so that clients come back at once; UDP is dropped"},
    EnumName<OnHalt>{OnHalt::kDrop, "drop", "their packets are dropped and counted: clients run into timeouts"},
};
static_assert(detail::is_complete(kOnHaltNames));

inline constexpr std::array kSynFloodNames{
    EnumName<SynFlood>{SynFlood::kAutomatic, "automatic",
                       "cookies with nat and snat, make_room with the other methods"},
    EnumName<SynFlood>{
        SynFlood::kCookies, "cookies",
        "they are answered with a SYN cookie, and the real server is asked when they have answered; with "
        "nat and snat"},
    EnumName<SynFlood>{SynFlood::kTwice, "twice",
                       "the first SYN is dropped: a client that is there sends another one after a second or three"},
    EnumName<SynFlood>{SynFlood::kRefuse, "refuse", "they are dropped and counted until there are fewer"},
    EnumName<SynFlood>{SynFlood::kMakeRoom, "make_room",
                       "they are let in; where the connection table is full, the oldest half-open connections go"},
};
static_assert(detail::is_complete(kSynFloodNames));

inline constexpr std::array kFallbackModeNames{
    EnumName<FallbackMode>{FallbackMode::kLocal, "local",
                           "whatever listens on the virtual service's port on the load balancer itself answers; on "
                           "port 80 that is the fallback page"},
    EnumName<FallbackMode>{FallbackMode::kPage, "page",
                           "the load balancer answers with the fallback page, on each of the TCP ports: for HTTP"},
    EnumName<FallbackMode>{FallbackMode::kServer, "server",
                           "another server answers, such as one with a page that says so, or the secondary server"},
    EnumName<FallbackMode>{FallbackMode::kNone, "none", "nobody answers: new connections are dropped and counted"},
};
static_assert(detail::is_complete(kFallbackModeNames));

inline constexpr std::array kFeedbackMethodNames{
    EnumName<FeedbackMethod>{FeedbackMethod::kNone, "none", "weights are as configured"},
    EnumName<FeedbackMethod>{FeedbackMethod::kAgent, "agent",
                             "a TCP agent on each real server says in a line how much of its weight it can take (75%), "
                             "or up, down, drain, maint, ready"},
    EnumName<FeedbackMethod>{FeedbackMethod::kHttp, "http",
                             "the same from a page on each real server, where a number from 0 to 100 will do"},
};
static_assert(detail::is_complete(kFeedbackMethodNames));

inline constexpr std::array kHealthCheckTypeNames{
    EnumName<HealthCheckType>{HealthCheckType::kNegotiate, "negotiate",
                              "send a request and judge the answer by its status and content"},
    EnumName<HealthCheckType>{HealthCheckType::kConnect, "connect", "open a TCP connection to the check port"},
    EnumName<HealthCheckType>{HealthCheckType::kPing, "ping", "ICMP echo: tells that the machine is on, no more"},
    EnumName<HealthCheckType>{HealthCheckType::kAlwaysOn, "always_on", "no check: always taken to be healthy"},
    EnumName<HealthCheckType>{HealthCheckType::kAlwaysOff, "always_off", "no check: always taken to be down"},
    EnumName<HealthCheckType>{HealthCheckType::kConnectsThenNegotiate, "connects_then_negotiate",
                              "several connects, then one negotiate; after a failure each check negotiates"},
    EnumName<HealthCheckType>{HealthCheckType::kTls, "tls",
                              "TLS handshake, with a warning before the certificate expires"},
    EnumName<HealthCheckType>{HealthCheckType::kSyn, "syn",
                              "half-open connection: a SYN is sent, its answer counts, no connection is made"},
    EnumName<HealthCheckType>{
        HealthCheckType::kPapercut, "papercut",
        "health API of a PaperCut Application Server: active is up, passive and starting are not"},
    EnumName<HealthCheckType>{HealthCheckType::kExternalScript, "external_script",
                              "run a program of your own in a sandbox: exit status 0 is up"},
    EnumName<HealthCheckType>{HealthCheckType::kFollow, "follow",
                              "no check of its own: healthy while another virtual service is"},
};
static_assert(detail::is_complete(kHealthCheckTypeNames));

inline constexpr std::array kNegotiateProtocolNames{
    EnumName<NegotiateProtocol>{NegotiateProtocol::kHttp, "http", "HTTP/1.1 in clear text"},
    EnumName<NegotiateProtocol>{
        NegotiateProtocol::kHttps, "https",
        "HTTP/1.1 over TLS, with SNI; the certificate is verified if verify_certificate says so"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kHttpProxy, "http_proxy",
                                "the real server is an HTTP proxy: fetch a whole URL through it"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSimpleTcp, "simple_tcp",
                                "send a text over TCP, close our side, and look for the answer that is expected"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSimpleUdp, "simple_udp",
                                "send a datagram, and look for the answer that is expected"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kFtp, "ftp", "greeting, and login if there is one"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSmtp, "smtp", "greeting and EHLO, and login if there is one"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSmtps, "smtps", "SMTP over TLS"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kImap, "imap", "greeting, and login if there is one"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kImaps, "imaps", "IMAP over TLS"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kPop, "pop", "POP3: greeting, and login if there is one"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kPops, "pops", "POP3 over TLS"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kNntp, "nntp",
                                "greeting, login if there is one, and a command if one is given"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kDns, "dns",
                                "query over UDP, TCP or both, as the virtual service is"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSip, "sip", "OPTIONS over UDP or TCP, as the virtual service is"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kRadius, "radius", "Access-Request that must be accepted"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kLdap, "ldap", "bind, and read an entry"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kLdaps, "ldaps", "LDAP over TLS"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kMysql, "mysql",
                                "MySQL or MariaDB: a SELECT that must return a row"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kPostgresql, "postgresql", "a SELECT that must return a row"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kSmb, "smb",
                                "SMB2 negotiate, and tree connect to a share if one is given"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kIpp, "ipp",
                                "attributes of a printer queue, which must accept jobs and not be stopped"},
    EnumName<NegotiateProtocol>{NegotiateProtocol::kIpps, "ipps", "IPP over TLS"},
};
static_assert(detail::is_complete(kNegotiateProtocolNames));

inline constexpr std::array kHttpMethodNames{
    EnumName<HttpMethod>{HttpMethod::kGet, "get", "status and body"},
    EnumName<HttpMethod>{HttpMethod::kHead, "head", "the status alone, without a body"},
};
static_assert(detail::is_complete(kHttpMethodNames));

inline constexpr std::array kDnsRecordTypeNames{
    EnumName<DnsRecordType>{DnsRecordType::kA, "a", "IPv4 address"},
    EnumName<DnsRecordType>{DnsRecordType::kAaaa, "aaaa", "IPv6 address"},
    EnumName<DnsRecordType>{DnsRecordType::kPtr, "ptr", "pointer to another name"},
    EnumName<DnsRecordType>{DnsRecordType::kNs, "ns", "name servers of a zone"},
    EnumName<DnsRecordType>{DnsRecordType::kSoa, "soa", "start of a zone"},
    EnumName<DnsRecordType>{DnsRecordType::kMx, "mx", "mail servers"},
    EnumName<DnsRecordType>{DnsRecordType::kSrv, "srv", "host and port of a service"},
    EnumName<DnsRecordType>{DnsRecordType::kTxt, "txt", "text"},
    EnumName<DnsRecordType>{DnsRecordType::kCname, "cname", "another name for it"},
};
static_assert(detail::is_complete(kDnsRecordTypeNames));

inline constexpr std::array kSeverityNames{
    EnumName<Severity>{Severity::kInformation, "information", "everything, also what operators do"},
    EnumName<Severity>{Severity::kWarning, "warning", "what will fail soon, and problems"},
    EnumName<Severity>{Severity::kProblem, "problem", "what does not work, and its end"},
};
static_assert(detail::is_complete(kSeverityNames));

inline constexpr std::array kMailSecurityNames{
    EnumName<MailSecurity>{MailSecurity::kNone, "none", "in clear text"},
    EnumName<MailSecurity>{MailSecurity::kStarttls, "starttls",
                           "TLS after STARTTLS; a mail server that does not offer it is sent nothing"},
    EnumName<MailSecurity>{MailSecurity::kTls, "tls", "TLS from the start"},
};
static_assert(detail::is_complete(kMailSecurityNames));

inline constexpr std::array kOperatorStateNames{
    EnumName<OperatorState>{OperatorState::kOnline, "online", "health decides"},
    EnumName<OperatorState>{OperatorState::kDrain, "drain", "no new connections; established ones go on"},
    EnumName<OperatorState>{OperatorState::kHalt, "halt", "nothing at all: established connections are cut too"},
};
static_assert(detail::is_complete(kOperatorStateNames));

template <class E>
constexpr std::span<const EnumName<E>> names();
template <>
constexpr std::span<const EnumName<Protocol>> names() {
  return kProtocolNames;
}
template <>
constexpr std::span<const EnumName<ForwardingMethod>> names() {
  return kForwardingMethodNames;
}
template <>
constexpr std::span<const EnumName<Scheduler>> names() {
  return kSchedulerNames;
}
template <>
constexpr std::span<const EnumName<OnFailure>> names() {
  return kOnFailureNames;
}
template <>
constexpr std::span<const EnumName<OnHalt>> names() {
  return kOnHaltNames;
}
template <>
constexpr std::span<const EnumName<SynFlood>> names() {
  return kSynFloodNames;
}
template <>
constexpr std::span<const EnumName<FallbackMode>> names() {
  return kFallbackModeNames;
}
template <>
constexpr std::span<const EnumName<FeedbackMethod>> names() {
  return kFeedbackMethodNames;
}
template <>
constexpr std::span<const EnumName<HealthCheckType>> names() {
  return kHealthCheckTypeNames;
}
template <>
constexpr std::span<const EnumName<NegotiateProtocol>> names() {
  return kNegotiateProtocolNames;
}
template <>
constexpr std::span<const EnumName<HttpMethod>> names() {
  return kHttpMethodNames;
}
template <>
constexpr std::span<const EnumName<DnsRecordType>> names() {
  return kDnsRecordTypeNames;
}
template <>
constexpr std::span<const EnumName<OperatorState>> names() {
  return kOperatorStateNames;
}
template <>
constexpr std::span<const EnumName<Severity>> names() {
  return kSeverityNames;
}
template <>
constexpr std::span<const EnumName<MailSecurity>> names() {
  return kMailSecurityNames;
}

template <class E>
  requires requires { names<E>(); }
constexpr const char* to_string(E value) {
  return names<E>()[static_cast<size_t>(value)].name;
}

// None when no enumerator has that name.
template <class E>
constexpr std::optional<E> from_string(std::string_view name) {
  for (const auto& entry : names<E>()) {
    if (name == entry.name) return entry.value;
  }
  return std::nullopt;
}

}  // namespace evenkeel::model

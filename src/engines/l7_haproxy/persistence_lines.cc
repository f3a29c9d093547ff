#include "engines/l7_haproxy/persistence_lines.h"

#include <string_view>

namespace evenkeel::engines::l7_haproxy {
namespace {

using model::Layer7Persistence;
using model::Layer7Service;

// How long a client may take to say what it is known by.
constexpr const char* kInspection = "tcp-request inspect-delay 5s";

const char* address_type(const Layer7Service& service) {
  return service.address.is_ipv4() ? "ip" : "ipv6";
}

void add_table(const Layer7Service& service, std::string_view type, Lines& lines) {
  lines.add("stick-table type {} size {} expire {}s peers evenkeel", type, service.persistence_table_size,
            service.persistence_timeout.count());
}

void add_source_ip(const Layer7Service& service, Lines& lines) {
  add_table(service, address_type(service), lines);
  lines.add("stick on src");
}

void add_cookie(const Layer7Service& service, Lines& lines) {
  lines.add("cookie {} insert indirect nocache httponly maxidle {}s maxlife {}s", service.cookie_name,
            service.persistence_timeout.count(), service.cookie_maximum_life.count());
}

void add_application_cookie(const Layer7Service& service, Lines& lines) {
  add_table(service, "string len 128", lines);
  lines.add("stick match req.cook({})", service.application_cookie_name);
  lines.add("stick store-response res.cook({})", service.application_cookie_name);
}

// Looked at before our own header is added. With one of the client's, the nearest proxy's address says nothing.
void add_x_forwarded_for(const Layer7Service& service, Lines& lines) {
  add_table(service, "ipv6", lines);
  lines.add("http-request set-var(txn.forwarded) req.hdr_ip(x-forwarded-for,{})", service.x_forwarded_for_position);
  lines.add("stick on var(txn.forwarded)");
  lines.add("stick on src unless {{ var(txn.forwarded) -m found }}");
}

// The real server gives a session its ID in its first message, and the client names it when it comes again.
void add_ssl_session_id(const Layer7Service& service, Lines& lines) {
  add_table(service, "binary len 32", lines);
  lines.add("{}", kInspection);
  lines.add("tcp-request content accept if {{ req.ssl_hello_type 1 }}");
  // Without, HAProxy looks at the answer before there is any, and learns nothing.
  lines.add("tcp-response inspect-delay 5s");
  lines.add("tcp-response content accept if {{ res.ssl_hello_type 2 }}");
  lines.add("stick on req.payload_lv(43,1) if {{ req.ssl_hello_type 1 }}");
  lines.add("stick store-response res.payload_lv(43,1) if {{ res.ssl_hello_type 2 }}");
}

void add_rdp_cookie(const Layer7Service& service, Lines& lines) {
  add_table(service, "string len 64", lines);
  lines.add("{}", kInspection);
  lines.add("tcp-request content accept if RDP_COOKIE");
  lines.add("stick on req.rdp_cookie(mstshash)");
}

void add_ms_session_broker(Lines& lines) {
  lines.add("{}", kInspection);
  lines.add("tcp-request content accept if RDP_COOKIE");
  lines.add("persist rdp-cookie(msts)");
}

// One entry, for the virtual address: it is overwritten when its real server fails, and by nothing else. The rest of
// the table is room for those who are about to overwrite it.
void add_last_successful(const Layer7Service& service, Lines& lines) {
  lines.add("stick-table type {} size 1k nopurge peers evenkeel", address_type(service));
  lines.add("stick on dst");
}

}  // namespace

void add_persistence(const Layer7Service& service, Lines& lines) {
  switch (service.persistence) {
    case Layer7Persistence::kNone:
      return;
    case Layer7Persistence::kSourceIp:
      return add_source_ip(service, lines);
    case Layer7Persistence::kHttpCookie:
      return add_cookie(service, lines);
    case Layer7Persistence::kHttpCookieSourceIp:
      add_cookie(service, lines);
      return add_source_ip(service, lines);
    case Layer7Persistence::kApplicationCookie:
      return add_application_cookie(service, lines);
    case Layer7Persistence::kXForwardedFor:
      return add_x_forwarded_for(service, lines);
    case Layer7Persistence::kSslSessionId:
      return add_ssl_session_id(service, lines);
    case Layer7Persistence::kRdpCookie:
      return add_rdp_cookie(service, lines);
    case Layer7Persistence::kMsSessionBroker:
      return add_ms_session_broker(lines);
    case Layer7Persistence::kLastSuccessful:
      add_last_successful(service, lines);
  }
}

bool keeps_table(const Layer7Service& service) {
  return service.persistence != Layer7Persistence::kNone && service.persistence != Layer7Persistence::kHttpCookie &&
         service.persistence != Layer7Persistence::kMsSessionBroker;
}

bool sets_cookie(const Layer7Service& service) {
  return service.persistence == Layer7Persistence::kHttpCookie ||
         service.persistence == Layer7Persistence::kHttpCookieSourceIp;
}

}  // namespace evenkeel::engines::l7_haproxy

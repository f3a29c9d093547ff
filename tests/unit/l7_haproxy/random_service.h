#pragma once
// A layer-7 virtual service out of any bytes, as JSON: mostly one that is valid, with texts that try to be more than
// texts. For the fuzz target and for a test with HAProxy as the judge.

#include <boost/json.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace evenkeel::engines::l7_haproxy {

class RandomService {
 public:
  explicit RandomService(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  boost::json::object make() {
    using boost::json::object;
    const bool is_http = one_in(4) == 0 ? false : true;
    object service{{"label", "Web"},
                   {"address", "10.0.0.30"},
                   {"ports", "80"},
                   {"mode", is_http ? "http" : "tcp"},
                   {"scheduler", pick({"weighted_least_connections", "weighted_round_robin", "source_hash"})},
                   {"persistence", is_http ? pick({"none", "source_ip", "http_cookie", "http_cookie_source_ip",
                                                   "application_cookie", "x_forwarded_for", "last_successful"})
                                           : pick({"none", "source_ip", "ssl_session_id", "rdp_cookie",
                                                   "ms_session_broker", "last_successful"})},
                   {"send_proxy", pick({"off", "v1", "v2", "v2_ssl", "v2_ssl_cn"})},
                   {"accept_proxy", coin()},
                   {"force_https", is_http && one_in(8) == 0},
                   {"tcp_keepalive", coin()},
                   {"fallback_persistent", coin()},
                   {"real_servers", servers()}};
    if (coin()) service["fallback_address"] = "10.0.0.99";
    if (coin()) service["full_connections"] = 1 + below(1000);
    if (is_http) service["http"] = http();
    service["rules"] = rules(is_http);
    if (is_http) service["header_rules"] = header_rules();
    return service;
  }

 private:
  uint8_t next() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  int below(int limit) { return (next() * 256 + next()) % limit; }
  int one_in(int limit) { return below(limit); }
  bool coin() { return next() % 2 == 1; }
  std::string_view pick(std::initializer_list<std::string_view> names) {
    return names.begin()[below(static_cast<int>(names.size()))];
  }

  // What means something to somebody on the way to HAProxy.
  std::string text() {
    std::string text;
    const int parts = 1 + below(6);
    for (int i = 0; i < parts; ++i) {
      switch (below(4)) {
        case 0:
          text += pick({"'",  "\"",    "#",    "\\", "%",   "%[src]", "%%", "}",   "{",        " ",
                        "  ", "$HOME", "${A}", "`",  "\\n", "||",     "!",  "if",  "unless",   "--",
                        "-f", ",",     ";",    "[",  "]",   "(",      ")",  "\\'", "' if TRUE"});
          break;
        case 1:
          text += static_cast<char>(' ' + below('~' - ' ' + 1));
          break;
        case 2:
          text += pick({"/api", "print", "a", "Z9", "listen x", "global"});
          break;
        default:
          // Now and then what the model has to refuse.
          text += one_in(16) == 0 ? static_cast<char>(next()) : 'x';
      }
    }
    return text;
  }

  boost::json::array servers() {
    boost::json::array servers;
    const int count = 1 + below(3);
    for (int i = 0; i < count; ++i) {
      servers.emplace_back(boost::json::object{{"label", "PS" + std::to_string(i)},
                                               {"address", "10.0.0." + std::to_string(40 + i)},
                                               {"port", 8080},
                                               {"weight", below(257)},
                                               {"minimum_connections", below(3)},
                                               {"maximum_connections", below(5)},
                                               {"backup", one_in(4) == 0}});
    }
    return servers;
  }

  boost::json::object http() {
    return {{"client_x_forwarded_for", pick({"add", "keep"})},
            {"hsts", coin()},
            {"hsts_months", 3 + below(22)},
            {"compression", coin()},
            {"h2", coin()},
            {"server_h2", coin()},
            {"connections", pick({"keep_alive", "server_close", "close"})},
            {"reuse", pick({"never", "safe", "aggressive", "always"})},
            {"pretend_keepalive", coin()},
            {"accept_invalid", coin()}};
  }

  boost::json::object condition(bool is_http) {
    const auto subject =
        is_http ? pick({"path", "host", "header", "query", "method", "source"}) : std::string_view("source");
    boost::json::object condition{{"subject", subject}, {"negate", coin()}};
    if (subject == "source") {
      condition["value"] = pick({"10.0.0.0/8", "192.0.2.7", "10.0.0.0/8, 2001:db8::/32"});
    } else if (subject == "method") {
      condition["value"] = text();
    } else {
      condition["comparison"] = pick({"equals", "begins", "ends", "contains"});
      condition["value"] = text();
    }
    if (subject == "header") condition["name"] = pick({"X-Tenant", "cookie", "a_b"});
    if (subject == "query" && coin()) condition["name"] = "q";
    return condition;
  }

  boost::json::array rules(bool is_http) {
    boost::json::array rules;
    const int count = below(4);
    for (int i = 0; i < count; ++i) {
      boost::json::object rule{{"label", "r" + std::to_string(i)}};
      boost::json::array conditions;
      const int most = below(3);
      for (int j = 0; j < most; ++j) conditions.emplace_back(condition(is_http));
      rule["conditions"] = std::move(conditions);
      const auto action = is_http
                              ? pick({"use_servers", "redirect_location", "redirect_prefix", "redirect_scheme", "deny"})
                              : pick({"use_servers", "deny"});
      rule["action"] = action;
      if (action == "use_servers") rule["servers"] = "PS0";
      if (action == "redirect_scheme") rule["location"] = "https";
      if (action == "redirect_location" || action == "redirect_prefix") {
        rule["location"] = pick({"https://a.b/c?d=%20e#f", "/x'y", "http://[::1]/%%", "/a%[src]", "/$&!~"});
      }
      rules.emplace_back(std::move(rule));
    }
    return rules;
  }

  boost::json::array header_rules() {
    boost::json::array rules;
    const int count = below(4);
    for (int i = 0; i < count; ++i) {
      const auto action = pick({"add", "set", "delete", "replace"});
      boost::json::object rule{
          {"of", pick({"request", "response"})}, {"action", action}, {"name", "X-H" + std::to_string(i)}};
      if (action == "replace") rule["pattern"] = pick({".*", "a(b|c)d", "'#\"", "^x y$", "[}\\]\\\\]"});
      if (action != "delete") rule["value"] = text();
      rules.emplace_back(std::move(rule));
    }
    return rules;
  }

  std::span<const uint8_t> bytes_;
};

}  // namespace evenkeel::engines::l7_haproxy

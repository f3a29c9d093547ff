#include "config/validate_layer7_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "model/layer7_names.h"

namespace evenkeel::config {
namespace {

using model::Layer7Mode;
using model::Layer7Persistence;
using model::Layer7Service;
using model::Problem;

constexpr std::array kOfHttp{Layer7Persistence::kHttpCookie, Layer7Persistence::kHttpCookieSourceIp,
                             Layer7Persistence::kApplicationCookie, Layer7Persistence::kXForwardedFor};
constexpr std::array kOfTcp{Layer7Persistence::kSslSessionId, Layer7Persistence::kRdpCookie,
                            Layer7Persistence::kMsSessionBroker};

// What begins another section of HAProxy's file.
constexpr std::array<std::string_view, 19> kSections{"global", "defaults",    "listen",   "frontend",   "backend",
                                                     "peers",  "userlist",    "mailers",  "resolvers",  "cache",
                                                     "ring",   "http-errors", "fcgi-app", "crt-store",  "log-forward",
                                                     "traces", "program",     "acme",     "log-profile"};

std::string_view first_word(std::string_view line) {
  const size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_first_of(" \t"));
}

class OptionsValidator {
 public:
  OptionsValidator(const Layer7Service& service, const std::string& path) : service_(service), path_(path) {}

  std::vector<Problem> validate() {
    check_mode_of_persistence();
    check_session_broker();
    check_forwarded_for();
    check_http_settings();
    check_transparency();
    check_manual_configuration();
    return std::move(problems_);
  }

 private:
  void refuse(std::string_view field, std::string message, std::string hint) {
    problems_.push_back({fmt::format("{}.{}", path_, field), std::move(message), std::move(hint)});
  }

  bool is_tcp() const { return service_.mode == Layer7Mode::kTcp; }

  void check_mode_of_persistence() {
    const auto is_one_of = [&](const auto& list) {
      return std::ranges::find(list, service_.persistence) != list.end();
    };
    if (is_tcp() && is_one_of(kOfHttp)) {
      refuse("persistence", "in tcp mode nobody looks for cookies and headers in what passes through",
             "make the mode http, or use source_ip");
    }
    if (!is_tcp() && is_one_of(kOfTcp)) {
      refuse("persistence",
             fmt::format("{} is found in what is no HTTP, and in http mode nothing else passes through",
                         model::to_string(service_.persistence)),
             "make the mode tcp, or use http_cookie");
    }
  }

  // The token is the real server's IPv4 address and port.
  void check_session_broker() {
    if (service_.persistence != Layer7Persistence::kMsSessionBroker) return;
    for (size_t i = 0; i < service_.real_servers.size(); ++i) {
      const auto& server = service_.real_servers[i];
      if (server.port == 0) {
        refuse(fmt::format("real_servers[{}].port", i),
               "with ms_session_broker the client names address and port of its real server, and this one has no port",
               "give the port, which for Remote Desktop is 3389");
      }
      if (!server.address.is_ipv4()) {
        refuse(fmt::format("real_servers[{}].address", i), "the connection broker's token can only name IPv4 addresses",
               "give the real server's IPv4 address, or use rdp_cookie");
      }
    }
  }

  void check_forwarded_for() {
    if (service_.x_forwarded_for_position == 0) {
      refuse("x_forwarded_for_position", "there is no address number 0 in a header",
             "write 1 for the first address, or -1 for the last");
    }
    const bool removes_it =
        service_.x_forwarded_for && service_.http.client_x_forwarded_for == model::ClientForwardedFor::kReplace;
    if (removes_it && service_.persistence == Layer7Persistence::kXForwardedFor) {
      refuse("http.client_x_forwarded_for",
             "the header that clients send is removed before persistence could look at it",
             "make this add or keep, or the persistence source_ip");
    }
  }

  void check_http_settings() {
    if (!is_tcp()) return;
    if (service_.http != model::Layer7Http{}) {
      refuse("http", "in tcp mode what passes through is not understood as HTTP",
             "make the mode http, or leave these settings at their defaults");
    }
    if (!service_.header_rules.empty()) {
      refuse("header_rules", "in tcp mode there are no headers that could be changed", "make the mode http");
    }
  }

  void check_transparency() {
    if (!service_.transparent_proxy) return;
    if (service_.source_address) {
      refuse("source_address", "with transparent_proxy real servers see the client's own address",
             "leave one of the two out");
    }
    for (size_t i = 0; i < service_.real_servers.size(); ++i) {
      const auto& server = service_.real_servers[i];
      if (server.address.family() == service_.address.family()) continue;
      refuse(fmt::format("real_servers[{}].address", i),
             fmt::format("{} cannot be asked in the name of clients that come to {}", server.address.to_string(),
                         service_.address.to_string()),
             "with transparent_proxy, have a virtual service for IPv4 and one for IPv6");
    }
  }

  void check_manual_configuration() {
    std::string_view rest = service_.manual_configuration;
    for (int number = 1; !rest.empty(); ++number) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      check_manual_line(number, rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  // Quotes and backslashes could hide a keyword from us that HAProxy sees.
  void check_manual_line(int number, std::string_view line) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const auto word = first_word(line);
    if (word.empty() || word.starts_with('#')) return;
    if (word.find_first_not_of(kLetters) != std::string_view::npos) {
      refuse("manual_configuration", fmt::format("line {} does not begin with a keyword: \"{}\"", number, word),
             "begin each line with a keyword of HAProxy's, in small letters and without quotes");
    } else if (std::ranges::find(kSections, word) != kSections.end()) {
      refuse("manual_configuration",
             fmt::format("line {} would begin another section: these lines are a part of the virtual service's own",
                         number),
             "leave out the line, and what belongs to that section");
    } else if (word == "bind") {
      refuse("manual_configuration", fmt::format("line {} listens on a port that nobody else knows of", number),
             "add the port to ports, or make another virtual service");
    }
  }

  const Layer7Service& service_;
  const std::string& path_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate_layer7_options(const Layer7Service& service, const std::string& path) {
  return OptionsValidator(service, path).validate();
}

}  // namespace evenkeel::config

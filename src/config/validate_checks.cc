#include "config/validate_checks.h"

#include <fmt/format.h>

#include <utility>

#include "model/check_kind.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::HealthCheck;
using model::HealthCheckType;
using model::Problem;
using model::VirtualService;

// One check: `path` is its own.
class CheckValidator {
 public:
  CheckValidator(const VirtualService& service, const HealthCheck& check, std::string path,
                 std::vector<Problem>& problems)
      : service_(service), check_(check), path_(std::move(path)), problems_(problems) {}

  void validate() {
    check_transport();
    check_missing();
    check_request();
    check_papercut();
    check_json();
    check_more_ports();
  }

 private:
  void refuse(std::string_view field, std::string message, std::string hint) {
    problems_.push_back({fmt::format("{}.{}", path_, field), std::move(message), std::move(hint)});
  }

  // What answers a check must say something about the ports that clients use.
  void check_transport() {
    using model::Transport;
    const Transport transport = model::transport_of(check_);
    const bool is_udp_only = service_.protocol == model::Protocol::kUdp;
    if (transport == Transport::kIcmp && is_udp_only) {
      return refuse("type", "a machine that answers ping says nothing about the service on its UDP port",
                    "use negotiate with dns, radius, sip or simple_udp, or give a check_port for connect");
    }
    if (transport == Transport::kIcmp || transport == Transport::kNone || check_.check_port) return;
    if (service_.ports.is_any()) {
      refuse("check_port",
             fmt::format("a {} check needs a port, and the ports \"*\" do not name one", model::to_string(check_.type)),
             "give the check_port of something that the real servers answer with, or use ping");
    } else if (transport == Transport::kTcp && is_udp_only) {
      refuse(
          "type",
          fmt::format("a {} check opens a TCP connection, which says nothing about the UDP port {}",
                      model::to_string(check_.type), service_.ports.first()),
          "use negotiate with dns, radius, sip or simple_udp, or give in check_port a TCP port that the real servers "
          "answer on");
    }
  }

  void check_missing() {
    for (const std::string_view field : model::missing_fields(check_)) {
      refuse(field, fmt::format("{} needs a {}", model::kind_name(check_), field), fmt::format("give the {}", field));
    }
  }

  void check_request() {
    if (auto objection = model::object_to_request(check_)) {
      refuse("request", fmt::format("{}: {}", model::kind_name(check_), objection->message),
             std::move(objection->hint));
    }
  }

  void check_papercut() {
    const bool is_http =
        check_.protocol == model::NegotiateProtocol::kHttp || check_.protocol == model::NegotiateProtocol::kHttps;
    if (check_.type != HealthCheckType::kPapercut || is_http) return;
    refuse("protocol", "the health API of PaperCut speaks http (9191) and https (9192)", "write http or https");
  }

  void check_json() {
    if (check_.json_equals.empty() || !check_.json_pointer.empty()) return;
    refuse("json_pointer", "json_equals says what a value must be, but not which one",
           "give its place, such as \"/status\"");
  }

  void check_more_ports() {
    if (!check_.more_ports) return;
    int count = 0;
    for (const auto& range : check_.more_ports->ranges()) count += range.last - range.first + 1;
    if (count <= model::kMostCheckPorts) return;
    refuse("more_ports",
           fmt::format("{} ports are more than the {} that one check can have besides", count, model::kMostCheckPorts),
           "check those ports that stand for the others");
  }

  const VirtualService& service_;
  const HealthCheck& check_;
  const std::string path_;
  std::vector<Problem>& problems_;
};

void check_numbers(const VirtualService& service, const std::string& path, std::vector<Problem>& problems) {
  const size_t checks = service.more_checks.size() + 1;
  if (checks > model::kMostChecks) {
    problems.push_back({path + ".more_checks",
                        fmt::format("with health_check these are {} checks, more than the {} that are possible", checks,
                                    model::kMostChecks),
                        "join checks that ask the same on several ports, with more_ports"});
  }
  if (std::cmp_greater(service.required_checks, checks)) {
    problems.push_back({path + ".required_checks",
                        fmt::format("{} checks are required, but there {}", service.required_checks,
                                    checks == 1 ? "is one" : fmt::format("are {}", checks)),
                        "write 0, which requires every check however many there are, or add checks in more_checks"});
  }
}

}  // namespace

std::vector<Problem> validate_checks(const VirtualService& service, const std::string& path) {
  std::vector<Problem> problems;
  CheckValidator(service, service.health_check, path + ".health_check", problems).validate();
  for (size_t i = 0; i < service.more_checks.size(); ++i) {
    CheckValidator(service, service.more_checks[i], fmt::format("{}.more_checks[{}]", path, i), problems).validate();
  }
  check_numbers(service, path, problems);
  return problems;
}

}  // namespace evenkeel::config

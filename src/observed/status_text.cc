#include "observed/status_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/json.h"
#include "model/layer7_names.h"
#include "model/names.h"
#include "observed/json.h"
#include "observed/json_text.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

// Milliseconds to a tenth: what a person compares.
double to_milliseconds(std::chrono::microseconds duration) {
  return std::round(static_cast<double>(duration.count()) / 100.0) / 10.0;
}

// Most sentences have no secret, but only mask_secrets() knows.
void write_sentence(JsonText& text, std::string_view name, const std::string& sentence) {
  text.member(name, model::mask_secrets(sentence));
}

void write_time(JsonText& text, std::string_view name, const std::optional<WallTime>& at) {
  if (!at) return text.member(name, nullptr);
  text.member(name, to_iso8601(*at));
}

void write(JsonText& text, std::string_view name, const Counters& counters) {
  text.begin_object(name);
  text.member("packets", counters.packets);
  text.member("bytes", counters.bytes);
  text.member("connections", counters.connections);
  text.member("active", counters.active);
  text.member("inactive", counters.inactive);
  text.member("packets_out", counters.packets_out);
  text.member("bytes_out", counters.bytes_out);
  text.end_object();
}

void write(JsonText& text, std::string_view name, const ProxyTime& time) {
  text.begin_object(name);
  text.member("average_ms", time.average.count());
  text.member("longest_ms", time.longest.count());
  text.end_object();
}

void write(JsonText& text, std::string_view name, const ProxyTimes& times) {
  text.begin_object(name);
  write(text, "queue", times.queue);
  write(text, "connect", times.connect);
  write(text, "response", times.response);
  write(text, "total", times.total);
  text.end_object();
}

void write(JsonText& text, std::string_view name, const std::array<uint64_t, 6>& answers) {
  static constexpr std::array kNames{"1xx", "2xx", "3xx", "4xx", "5xx", "others"};
  text.begin_object(name);
  for (size_t i = 0; i < answers.size(); ++i) text.member(kNames.at(i), answers.at(i));
  text.end_object();
}

void write(JsonText& text, std::string_view name, const Layer7Traffic& traffic) {
  text.begin_object(name);
  text.member("connections", traffic.connections);
  text.member("queued", traffic.queued);
  text.member("total", traffic.total);
  text.member("rate", traffic.rate);
  text.member("request_rate", traffic.request_rate);
  text.member("bytes_in", traffic.bytes_in);
  text.member("bytes_out", traffic.bytes_out);
  text.member("connect_errors", traffic.connect_errors);
  text.member("server_errors", traffic.server_errors);
  text.member("most_connections", traffic.most_connections);
  text.member("most_queued", traffic.most_queued);
  text.member("most_rate", traffic.most_rate);
  write(text, "answers", traffic.answers);
  write(text, "times", traffic.times);
  text.end_object();
}

void write(JsonText& text, std::string_view name, const Lamp& lamp) {
  text.begin_object(name);
  text.member("state", to_string(lamp.state));
  text.member("since", to_iso8601(lamp.since));
  write_sentence(text, "reason", lamp.reason);
  write_time(text, "last_probe", lamp.last_probe);
  text.end_object();
}

json::value feedback_to_json(const std::optional<Feedback>& feedback) {
  if (!feedback) return nullptr;
  return json::object{{"state", feedback->state},
                      {"percent", feedback->percent ? json::value(*feedback->percent) : json::value(nullptr)},
                      {"answer", feedback->answer},
                      {"reason", model::mask_secrets(feedback->reason)}};
}

// What both layers say of a real server.
void write_common(JsonText& text, const RealServer& server) {
  text.member("label", server.configuration.label);
  text.member("address", server.configuration.address.to_string());
  text.member("port", server.configuration.port);
  text.member("state", to_string(server.state));
  text.member("since", to_iso8601(server.since));
  write_sentence(text, "reason", server.reason);
  text.member("weight", server.configuration.weight);
  text.member("effective_weight", server.effective_weight);
  text.member("minimum_connections", server.configuration.minimum_connections);
  text.member("maximum_connections", server.configuration.maximum_connections);
  text.value("operator_action", server.operator_action ? json::value(to_json(*server.operator_action)) : nullptr);
  write_time(text, "last_probe", server.last_probe);
  if (server.last_probe) {
    text.member("last_probe_ms", to_milliseconds(server.last_probe_duration));
  } else {
    text.member("last_probe_ms", nullptr);
  }
  write(text, "server_check", server.server_check);
  text.value("feedback", feedback_to_json(server.feedback));
}

void write(JsonText& text, const RealServer& server) {
  text.begin_object();
  write_common(text, server);
  text.member("priority", server.configuration.priority);
  if (server.path_check) {
    write(text, "path_check", *server.path_check);
  } else {
    text.member("path_check", nullptr);
  }
  text.member("next_hop", server.next_hop);
  text.member("alarm", server.alarm);
  write(text, "counters", server.counters);
  text.end_object();
}

void write(JsonText& text, const RealServer& server, const Layer7Traffic& traffic) {
  text.begin_object();
  write_common(text, server);
  write(text, "traffic", traffic);
  text.end_object();
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

json::object fallback_of(const VirtualService& service) {
  const auto& fallback = service.configuration.fallback;
  return {{"mode", model::to_string(fallback.mode)},
          {"address", text_or_null(fallback.address ? fallback.address->to_string() : "")},
          {"port", fallback.port},
          {"layer7_service", text_or_null(service.layer7_fallback)}};
}

void write_common(JsonText& text, const VirtualService& service) {
  text.member("label", service.configuration.label);
  text.member("address", service.configuration.address.to_string());
  text.member("ports", service.configuration.ports.to_string());
  text.member("state", to_string(service.state));
  text.member("fallback_active", service.fallback_active);
  text.member("panic", service.panic);
  text.value("fallback", fallback_of(service));
  write_sentence(text, "reason", service.reason);
  text.member("interface", service.interface);
  text.member("half_open", service.half_open);
}

// Every state is there, so that nobody has to ask whether it is.
void write_states(JsonText& text, const std::vector<RealServer>& servers) {
  using enum RealServerState;
  text.begin_object("server_states");
  for (const auto state : {kUp, kStandby, kDown, kUnknown, kDrained, kHalted, kFailed}) {
    text.member(to_string(state), std::ranges::count(servers, state, &RealServer::state));
  }
  text.end_object();
}

}  // namespace

void write_status(std::string& out, const VirtualService& service, Servers servers) {
  JsonText text(out);
  text.begin_object();
  write_common(text, service);
  text.member("protocol", model::to_string(service.configuration.protocol));
  text.member("forwarding_method", model::to_string(service.configuration.forwarding_method));
  text.member("scheduler", model::to_string(service.configuration.scheduler));
  text.member("active_tier", service.active_tier);
  text.member("alarm", service.alarm);
  write(text, "counters", service.counters);
  text.value("reasons", to_json(service.reasons));
  if (servers == Servers::kCounted) {
    write_states(text, service.real_servers);
  } else {
    text.begin_array("real_servers");
    for (const RealServer& server : service.real_servers) write(text, server);
    text.end_array();
  }
  text.end_object();
}

// With what the proxy counts in place of what the data plane does.
void write_status(std::string& out, const Layer7Service& service, Servers servers) {
  JsonText text(out);
  text.begin_object();
  write_common(text, service.common);
  text.member("mode", model::to_string(service.configuration.mode));
  text.member("scheduler", model::to_string(service.configuration.scheduler));
  text.member("persistence", model::to_string(service.configuration.persistence));
  const auto& certificates = service.configuration.tls.certificates;
  text.value("certificates", json::array(certificates.begin(), certificates.end()));
  write(text, "traffic", service.traffic);
  if (servers == Servers::kCounted) {
    write_states(text, service.common.real_servers);
  } else {
    static constexpr Layer7Traffic kNone;
    text.begin_array("real_servers");
    for (size_t i = 0; i < service.common.real_servers.size(); ++i) {
      write(text, service.common.real_servers[i], i < service.real_servers.size() ? service.real_servers[i] : kNone);
    }
    text.end_array();
  }
  text.end_object();
}

}  // namespace evenkeel::observed

#include "observed/status_text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "observed/json_text.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

template <class Service>
json::value shown(const Service& service, Servers servers = Servers::kEach) {
  std::string text;
  write_status(text, service, servers);
  return json::parse(text);
}

VirtualService print_service() {
  VirtualService service;
  service.configuration.label = "Print_Provider";
  service.configuration.address = IpAddress::parse("10.77.0.100").value();
  service.configuration.ports = model::PortSet::parse("445").value();
  service.state = VirtualServiceState::kDegraded;
  service.active_tier = 1;
  service.configuration.fallback.mode = model::FallbackMode::kServer;
  service.configuration.fallback.address = IpAddress::parse("10.77.0.50").value();
  service.interface = "eth0";
  service.counters = {1, 2, 3, 4, 5, 6, 7};
  service.reasons = {{"no_real_server", 17, {}}};
  RealServer server;
  server.configuration.label = "PS1";
  server.configuration.address = IpAddress::parse("10.77.0.21").value();
  server.configuration.port = 4450;
  server.configuration.priority = 2;
  server.configuration.minimum_connections = 3;
  server.configuration.maximum_connections = 9;
  server.state = RealServerState::kDrained;
  server.reason = "key=KEY-1";
  server.effective_weight = 50;
  server.next_hop = "02:00:00:00:00:21 on eth0";
  server.server_check = {Lamp::State::kUp, WallTime{}, "key=KEY-1", WallTime{}};
  server.feedback = Feedback{"ready", 50, "up 50%", "the agent says key=KEY-1"};
  server.path_check = {Lamp::State::kDown, WallTime{}, "no loopback", {}};
  server.operator_action = model::OperatorAction{{"Print_Provider", "PS1"},
                                                 model::OperatorState::kDrain,
                                                 "root",
                                                 "new fuser",
                                                 WallTime{},
                                                 WallTime{} + std::chrono::minutes(10)};
  service.real_servers.push_back(server);
  return service;
}

TEST(StatusText, AVirtualServiceHasTheDocumentedShape) {
  const json::value expected = json::parse(R"({
    "label": "Print_Provider", "address": "10.77.0.100", "ports": "445", "protocol": "tcp",
    "forwarding_method": "direct_routing", "scheduler": "weighted_least_connections",
    "state": "degraded", "fallback_active": false, "panic": false,
    "fallback": {"mode": "server", "address": "10.77.0.50", "port": 0, "layer7_service": null}, "reason": "", "active_tier": 1, "interface": "eth0",
    "alarm": "", "half_open": 0,
    "counters": {"packets": 1, "bytes": 2, "connections": 3, "active": 4, "inactive": 5, "packets_out": 6, "bytes_out": 7},
    "reasons": [{"name": "no_real_server", "packets": 17}],
    "real_servers": [{"label": "PS1", "address": "10.77.0.21", "port": 4450, "state": "drained",
      "since": "1970-01-01T00:00:00.000Z", "reason": "key=****", "weight": 100, "priority": 2, "effective_weight": 50,
      "minimum_connections": 3, "maximum_connections": 9,
      "operator_action": {"state": "drain", "author": "root", "reason": "new fuser", "at": "1970-01-01T00:00:00.000Z",
        "deadline": "1970-01-01T00:10:00.000Z"},
      "last_probe": null, "last_probe_ms": null,
      "server_check": {"state": "up", "since": "1970-01-01T00:00:00.000Z", "reason": "key=****", "last_probe": "1970-01-01T00:00:00.000Z"},
      "path_check": {"state": "down", "since": "1970-01-01T00:00:00.000Z", "reason": "no loopback", "last_probe": null},
      "feedback": {"state": "ready", "percent": 50, "answer": "up 50%", "reason": "the agent says key=****"},
      "next_hop": "02:00:00:00:00:21 on eth0", "alarm": "",
      "counters": {"packets": 0, "bytes": 0, "connections": 0, "active": 0, "inactive": 0, "packets_out": 0, "bytes_out": 0}}]})");
  EXPECT_EQ(shown(print_service()), expected) << shown(print_service());
}

TEST(StatusText, WithoutAnOperatorActionThereIsNull) {
  VirtualService service = print_service();
  service.real_servers[0].operator_action.reset();
  EXPECT_TRUE(shown(service).at("real_servers").at(0).at("operator_action").is_null());
}

TEST(StatusText, Layer7HasTrafficInPlaceOfCounters) {
  Layer7Service service;
  service.configuration.label = service.common.configuration.label = "Web";
  service.common.real_servers.emplace_back();
  service.traffic = {.connections = 3, .queued = 1, .total = 40, .rate = 7};
  service.real_servers.push_back({.connections = 2});
  const auto object = shown(service).as_object();
  EXPECT_EQ(object.at("label"), "Web");
  EXPECT_EQ(object.at("mode"), "http");
  EXPECT_EQ(object.at("traffic").at("queued"), 1);
  EXPECT_EQ(object.at("real_servers").at(0).at("traffic").at("connections"), 2);
  for (const char* absent : {"counters", "reasons", "protocol", "forwarding_method"})
    EXPECT_FALSE(object.contains(absent));
}

TEST(StatusText, RealServersCanBeCountedInstead) {
  VirtualService service = print_service();
  service.real_servers.emplace_back().state = RealServerState::kUp;
  service.real_servers.emplace_back().state = RealServerState::kUp;
  auto expected = shown(service).as_object();
  expected.erase("real_servers");
  expected["server_states"] = json::parse(R"({"up": 2, "standby": 0, "down": 0, "unknown": 0, "drained": 1, "halted": 0,
                                              "failed": 0})");
  EXPECT_EQ(shown(service, Servers::kCounted), json::value(expected));
}

TEST(StatusText, FollowsWhatStandsThere) {
  std::string text = "[";
  write_status(text, print_service(), Servers::kEach);
  text += ',';
  write_status(text, print_service(), Servers::kCounted);
  text += ']';
  EXPECT_EQ(json::parse(text),
            json::value(json::array{shown(print_service()), shown(print_service(), Servers::kCounted)}));
}

TEST(JsonText, IsWhatAParserReads) {
  std::string text;
  JsonText writer(text);
  writer.begin_object();
  const std::string odd("q\"b\\n\n\0\x1f\xc3\xbc", 10);
  writer.member("text", odd);
  writer.member("empty", "");
  writer.member("yes", true);
  writer.member("none", nullptr);
  writer.member("most", std::numeric_limits<uint64_t>::max());
  writer.member("small", int16_t{-7});
  writer.member("tenth", 0.3);
  writer.value("value", json::array{1, nullptr});
  writer.begin_array("list");
  for (int i = 0; i < 2; ++i) {
    writer.begin_object();
    writer.member("i", i);
    writer.end_object();
  }
  writer.end_array();
  writer.begin_object("object");
  writer.end_object();
  writer.end_object();
  const json::value expected{{"text", odd},
                             {"empty", ""},
                             {"yes", true},
                             {"none", nullptr},
                             {"most", std::numeric_limits<uint64_t>::max()},
                             {"small", -7},
                             {"tenth", 0.3},
                             {"value", json::array{1, nullptr}},
                             {"list", json::array{json::object{{"i", 0}}, json::object{{"i", 1}}}},
                             {"object", json::object{}}};
  EXPECT_EQ(json::parse(text), expected) << text;
}

}  // namespace
}  // namespace evenkeel::observed

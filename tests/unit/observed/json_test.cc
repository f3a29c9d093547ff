#include "observed/json.h"

#include <gtest/gtest.h>

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

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

TEST(ObservedJson, AVirtualServiceHasTheDocumentedShape) {
  const json::value expected = json::parse(R"({
    "label": "Print_Provider", "address": "10.77.0.100", "ports": "445", "protocol": "tcp",
    "forwarding_method": "direct_routing", "scheduler": "weighted_least_connections",
    "state": "degraded", "fallback_active": false, "panic": false,
    "fallback": {"mode": "server", "address": "10.77.0.50", "port": 0, "layer7_service": null}, "reason": "", "active_tier": 1, "interface": "eth0",
    "alarm": "", "half_open": 0,
    "counters": {"packets": 1, "bytes": 2, "connections": 3, "active": 4, "inactive": 5, "packets_out": 6, "bytes_out": 7},
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
  EXPECT_EQ(json::value(to_json(print_service())), expected) << json::serialize(to_json(print_service()));
}

TEST(ObservedJson, WithoutAnOperatorActionThereIsNull) {
  VirtualService service = print_service();
  service.real_servers[0].operator_action.reset();
  EXPECT_TRUE(to_json(service)["real_servers"].at(0).at("operator_action").is_null());
}

TEST(ObservedJson, Layer7HasTrafficInPlaceOfCounters) {
  Layer7Service service;
  service.configuration.label = service.common.configuration.label = "Web";
  service.common.real_servers.emplace_back();
  service.traffic = {.connections = 3, .queued = 1, .total = 40, .rate = 7};
  service.real_servers.push_back({.connections = 2});
  const auto object = to_json(service);
  EXPECT_EQ(object.at("label"), "Web");
  EXPECT_EQ(object.at("mode"), "http");
  EXPECT_EQ(object.at("traffic").at("queued"), 1);
  EXPECT_EQ(object.at("real_servers").at(0).at("traffic").at("connections"), 2);
  for (const char* absent : {"counters", "protocol", "forwarding_method"}) EXPECT_FALSE(object.contains(absent));
}

TEST(ObservedJson, ASnapshotHasTheDocumentedShape) {
  Snapshot snapshot;
  snapshot.version = "0.1.0";
  snapshot.revision = 3;
  snapshot.read_only = true;
  snapshot.notices = {{"interface/eth0", "generic XDP"}};
  snapshot.reasons = {{"no_real_server", "nobody there", 4, "", {}}};
  snapshot.connection_table_size = 1048572;
  snapshot.connection_table_used = 12;
  const json::value expected = json::parse(R"({"version": "0.1.0", "revision": 3, "read_only": true,
    "at": "1970-01-01T00:00:00.000Z", "notices": [{"object": "interface/eth0", "message": "generic XDP"}],
    "connection_table": {"size": 1048572, "used": 12},
    "reasons": [{"name": "no_real_server", "description": "nobody there", "packets": 4}], "alerts": [], "virtual_services": [],
    "layer7": {"old_workers": 0, "workers": [], "services": []}})");
  EXPECT_EQ(json::value(to_json(snapshot)), expected);
}

TEST(ObservedJson, AConnectionIsARowOfTheTable) {
  const Connection connection{.protocol = "TCP",
                              .expire = std::chrono::seconds(899),
                              .state = "ESTABLISHED",
                              .source = Endpoint::parse("10.77.0.10:40000").value(),
                              .virtual_endpoint = Endpoint::parse("[2001:db8::1]:445").value(),
                              .destination = Endpoint::parse("10.77.0.21:445").value(),
                              .source_address = Endpoint::parse("10.77.0.100:40000").value(),
                              .virtual_service = "Print_Provider",
                              .real_server = "PS1",
                              .source_name = "pc12.example",
                              .virtual_name = {},
                              .destination_name = {}};
  const json::value expected = json::parse(R"({"protocol": "TCP", "expire": 899, "state": "ESTABLISHED",
    "source": "10.77.0.10:40000", "virtual": "[2001:db8::1]:445", "destination": "10.77.0.21:445",
    "source_address": "10.77.0.100:40000", "virtual_service": "Print_Provider", "real_server": "PS1",
    "layer": 4, "age": null, "bytes_in": null, "bytes_out": null})");
  EXPECT_EQ(json::value(to_json(connection)), expected);
  json::object named;
  add_names(named, connection);
  EXPECT_EQ(json::value(named),
            json::parse(R"({"source_name": "pc12.example", "virtual_name": null, "destination_name": null})"));
}

TEST(ObservedJson, APersistenceEntry) {
  const PersistenceEntry entry{.client = IpPrefix::parse("10.77.0.0/24").value(),
                               .virtual_service = "Print_Provider",
                               .real_server = "PS1",
                               .destination = IpAddress::parse("10.77.0.21").value(),
                               .expire = std::chrono::seconds(299),
                               .is_confirmed = true};
  EXPECT_EQ(json::value(to_json(entry)), json::parse(R"({"client": "10.77.0.0/24", "expire": 299, "confirmed": true,
    "destination": "10.77.0.21", "virtual_service": "Print_Provider", "real_server": "PS1"})"));
}

TEST(ObservedJson, EventsAndExplanationsAreMasked) {
  const Event event{12, WallTime{}, EventKind::kRealServerDown, "virtual_service/A", "token=KEY-1"};
  EXPECT_EQ(json::value(to_json(event)), json::parse(R"({"id": 12, "at": "1970-01-01T00:00:00.000Z",
    "kind": "real_server_down", "object": "virtual_service/A", "message": "token=****"})"));
  const Explanation explanation{"scheduler", "because token=KEY-1", "A", "B"};
  EXPECT_EQ(json::value(to_json(explanation)), json::parse(R"({"decision": "scheduler",
    "sentence": "because token=****", "virtual_service": "A", "real_server": "B"})"));
}

TEST(ObservedJson, EveryStateHasAName) {
  EXPECT_STREQ(to_string(RealServerState::kUp), "up");
  EXPECT_STREQ(to_string(RealServerState::kDown), "down");
  EXPECT_STREQ(to_string(RealServerState::kUnknown), "unknown");
  EXPECT_STREQ(to_string(RealServerState::kHalted), "halted");
  EXPECT_STREQ(to_string(RealServerState::kFailed), "failed");
  EXPECT_STREQ(to_string(VirtualServiceState::kUp), "up");
  EXPECT_STREQ(to_string(VirtualServiceState::kDown), "down");
  EXPECT_STREQ(to_string(VirtualServiceState::kOffline), "offline");
  EXPECT_STREQ(to_string(VirtualServiceState::kFailed), "failed");
}

}  // namespace
}  // namespace evenkeel::observed

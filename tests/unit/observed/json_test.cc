#include "observed/json.h"

#include <gtest/gtest.h>

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

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
    "reasons": [{"name": "no_real_server", "description": "nobody there", "packets": 4}], "alerts": []})");
  EXPECT_EQ(json::value(header_to_json(snapshot)), expected);
  EXPECT_EQ(json::value(layer7_header_to_json(snapshot)), json::parse(R"({"old_workers": 0, "workers": []})"));
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

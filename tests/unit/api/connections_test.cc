// Connections and persistence entries: long lists, as they come.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

constexpr const char* kEnd = "0\r\n\r\n";  // the last chunk

class RowsTest : public ApiTest {
 protected:
  void rows(size_t count) {
    control_.table.resize(count);
    for (auto& connection : control_.table) {
      connection.protocol = "TCP";
      connection.source = Endpoint::parse("10.0.0.9:4000").value();
      connection.destination = Endpoint::parse("10.77.0.21:445").value();
    }
  }

  // The body of a chunked answer, put together; `is_whole`: it came to its end.
  std::string stream(const std::string& target, bool* is_whole = nullptr) {
    Client client = connect();
    EXPECT_TRUE(client.send(http("GET", target)));
    EXPECT_TRUE(client.wait_until_closed());
    std::string_view rest = client.received();
    EXPECT_NE(rest.find("Transfer-Encoding: chunked"), std::string_view::npos) << rest;
    rest.remove_prefix(rest.find("\r\n\r\n") + 4);
    if (is_whole != nullptr) *is_whole = rest.ends_with(kEnd);
    std::string body;
    for (size_t size = 1; !rest.empty() && size > 0;) {
      size = std::strtoul(rest.data(), nullptr, 16);
      rest.remove_prefix(rest.find("\r\n") + 2);
      body += rest.substr(0, size);
      rest.remove_prefix(std::min(rest.size(), size + 2));
    }
    return body;
  }
};

TEST_F(RowsTest, ConnectionsAreLimitedAndSaySo) {
  rows(5);
  const json::value three = json::parse(stream("/api/v1/connections?limit=3"));
  EXPECT_EQ(three.at("connections").as_array().size(), 3u);
  EXPECT_EQ(three.at("truncated"), true);
  const json::value five = json::parse(stream("/api/v1/connections?limit=5"));
  EXPECT_EQ(five.at("connections").as_array().size(), 5u);
  EXPECT_EQ(five.at("truncated"), false);
  EXPECT_EQ(five.at("connections").at(0).at("protocol"), "TCP");
  for (const char* bad : {"0", "100000001", "x", "-1", ""}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/connections?limit=") + bad).status, 400) << bad;
  }
}

TEST_F(RowsTest, NoneIsAnEmptyList) {
  EXPECT_EQ(json::parse(stream("/api/v1/connections")), json::parse(R"({"connections": [], "truncated": false})"));
  EXPECT_EQ(stream("/api/v1/connections?format=ndjson"), "{\"truncated\":false}\n");
}

TEST_F(RowsTest, NdjsonHasALineForEachRow) {
  rows(3);
  bool is_whole = false;
  const std::string text = stream("/api/v1/connections?format=ndjson", &is_whole);
  EXPECT_TRUE(is_whole);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_EQ(json::parse(text.substr(0, text.find('\n'))).at("source"), "10.0.0.9:4000");
  EXPECT_TRUE(text.ends_with("\n{\"truncated\":false}\n"));
  EXPECT_EQ(ask("GET", "/api/v1/connections?format=xml").status, 400);
}

TEST_F(RowsTest, AnErrorAtTheStartIsAnAnswerAndLaterOneBreaksOff) {
  rows(6);
  control_.table_error = Error{ErrorCode::kUnavailable, "the data plane is not loaded", {}, 0};
  EXPECT_EQ(ask("GET", "/api/v1/connections").status, 503);
  control_.table_fails_at = 4;
  bool is_whole = true;
  EXPECT_NE(stream("/api/v1/connections", &is_whole).find("10.0.0.9"), std::string::npos);
  EXPECT_FALSE(is_whole) << "the client can tell that rows are missing";
}

TEST_F(RowsTest, AClientThatDoesNotReadHoldsUpItsOwnListOnly) {
  rows(200'000);
  Client lazy = connect();
  ASSERT_TRUE(lazy.send(http("GET", "/api/v1/connections?limit=200000")));
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200);
  for (int turn = 0; turn < 2000; ++turn) io_.run_one_for(std::chrono::milliseconds(1));
  EXPECT_GT(control_.pages_read, 0u);
  EXPECT_LT(control_.pages_read, 10'000u) << "no further page is read before the client has taken what came";
}

TEST_F(RowsTest, FiltersReachTheDaemon) {
  stream("/api/v1/connections?virtual_service=A&real_server=B&client=10.0.0.0/24&state=established&protocol=udp");
  EXPECT_EQ(control_.last_filter->virtual_service, "A");
  EXPECT_EQ(control_.last_filter->real_server, "B");
  EXPECT_EQ(control_.last_filter->state, "ESTABLISHED");
  EXPECT_EQ(control_.last_filter->protocol, "UDP");
  EXPECT_EQ(control_.last_filter->client, IpPrefix::parse("10.0.0.0/24").value());
  for (const char* bad : {"client=nobody", "client=10.0.0.0/33", "protocol=sctp", "names=perhaps"}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/connections?") + bad).status, 400) << bad;
  }
}

TEST_F(RowsTest, HostNamesOnRequestOnly) {
  rows(3);
  control_.names[IpAddress::parse("10.0.0.9").value()] = "pc12.example";
  EXPECT_FALSE(json::parse(stream("/api/v1/connections")).at("connections").at(0).as_object().contains("source_name"));
  EXPECT_EQ(control_.names_asked, 0u);
  const json::value row = json::parse(stream("/api/v1/connections?names=true")).at("connections").at(2);
  EXPECT_EQ(row.at("source_name"), "pc12.example");
  EXPECT_TRUE(row.at("destination_name").is_null());
  EXPECT_EQ(control_.names_asked, 4u) << "each address of a page once";
}

TEST_F(RowsTest, PersistenceIsListed) {
  control_.remembered = {{.client = IpPrefix::parse("10.0.0.0/24").value(),
                          .virtual_service = "A",
                          .real_server = "B",
                          .destination = IpAddress::parse("10.0.1.1").value(),
                          .expire = std::chrono::seconds(12),
                          .is_confirmed = true}};
  const json::value list = json::parse(stream("/api/v1/persistence?client=10.0.0.7"));
  EXPECT_EQ(list.at("persistence").at(0).at("client"), "10.0.0.0/24");
  EXPECT_EQ(control_.last_filter->client, IpPrefix::parse("10.0.0.7").value());
}

TEST_F(RowsTest, ClearingSaysWhatToClear) {
  const auto reply = ask("DELETE", "/api/v1/persistence?virtual_service=A&client=10.0.0.7");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("cleared"), 3);
  EXPECT_EQ(control_.last_filter->virtual_service, "A");
  EXPECT_FALSE(control_.cleared_by.empty());
  EXPECT_EQ(ask("DELETE", "/api/v1/persistence").status, 400) << "nobody clears everything by leaving something out";
  EXPECT_EQ(ask("DELETE", "/api/v1/persistence?all=true").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/persistence?all=true&client=10.0.0.7").status, 400);
  EXPECT_EQ(ask("DELETE", "/api/v1/persistence?virtual_service=unknown").status, 404);
}

TEST_F(RowsTest, BothLayersAreInOneList) {
  rows(3);
  control_.layer7_table.resize(2);
  for (auto& connection : control_.layer7_table) {
    connection.layer = 7;
    connection.age = std::chrono::seconds(9);
  }
  control_.layer7_remembered.resize(1);
  control_.layer7_remembered[0].key = "4f2a****";
  const auto all = json::parse(stream("/api/v1/connections")).at("connections").as_array();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[2].at("layer"), 4);
  EXPECT_TRUE(all[2].at("age").is_null());
  EXPECT_EQ(all[3].at("layer"), 7);
  EXPECT_EQ(all[3].at("age"), 9);
  EXPECT_EQ(json::parse(stream("/api/v1/connections?layer=7")).at("connections").as_array().size(), 2u);
  EXPECT_EQ(json::parse(stream("/api/v1/connections?layer=4")).at("connections").as_array().size(), 3u);
  EXPECT_EQ(json::parse(stream("/api/v1/connections?limit=4")).at("truncated"), true);
  EXPECT_EQ(ask("GET", "/api/v1/connections?layer=5").status, 400);
  EXPECT_EQ(json::parse(stream("/api/v1/persistence")).at("persistence").at(0).at("client"), "4f2a****");
}

TEST_F(RowsTest, SourcePorts) {
  control_.ports = {
      {IpAddress::parse("10.0.0.1").value(), Endpoint::parse("10.0.1.1:80").value(), "TCP", 52000, {{"A", "B"}}}};
  EXPECT_EQ(ask("GET", "/api/v1/source-ports").value(), json::parse(R"({"source_ports": [{"source_address": "10.0.0.1",
    "destination": "10.0.1.1:80", "protocol": "TCP", "used": 52000, "size": 64512,
    "real_servers": [{"virtual_service": "A", "real_server": "B"}]}]})"));
}

}  // namespace
}  // namespace evenkeel::api

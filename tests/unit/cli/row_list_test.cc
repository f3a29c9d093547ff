#include "cli/row_list.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "fake_world.h"

namespace evenkeel::cli {
namespace {

constexpr const char* kRows =
    R"({"protocol":"TCP","expire":26,"state":"SYN_RECV","source":"192.168.64.7:20415","virtual":"192.168.111.232:80","destination":"192.168.110.240:80","source_address":null}
{"protocol":"TCP","expire":258,"state":"NONE","source":"192.168.64.7:0","virtual":"192.168.111.232:80","destination":"192.168.110.240:80","source_address":null}
)";

void stream(FakeWorld& fake, std::string bytes, int status = 200) {
  fake.script.streamed.push_back({Response{status, status == 200 ? "" : bytes}, status == 200 ? bytes : ""});
}

TEST(RowList, ConnectionsAsTheGuideShowsThem) {
  FakeWorld fake;
  stream(fake, std::string(kRows) + "{\"truncated\":true}\n");
  ASSERT_EQ(fake.run({"connections"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(fake.out.str(), R"(pro  expire  state     source              virtual             destination
TCP  00:26   SYN_RECV  192.168.64.7:20415  192.168.111.232:80  192.168.110.240:80
TCP  04:18   NONE      192.168.64.7:0      192.168.111.232:80  192.168.110.240:80
There are more than these 2: narrow them down, or raise --limit.
)");
  EXPECT_EQ(fake.script.streams[0].target, "/api/v1/connections?format=ndjson");
}

TEST(RowList, NamesAndSourceAddressesWhereThereAreAny) {
  FakeWorld fake;
  stream(
      fake,
      R"({"protocol":"TCP","expire":1,"state":"ESTABLISHED","source":"[2001:db8::7]:20415","source_name":"pc12.example","virtual":"10.0.0.1:80","virtual_name":null,"destination":"10.0.0.2:80","source_address":"10.0.0.1:20415"}
{"truncated":false}
)");
  ASSERT_EQ(fake.run({"connections", "--resolve", "--all", "--protocol", "UDP"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(fake.out.str(), R"(pro  expire  state        source              virtual      destination  source address
TCP  00:01   ESTABLISHED  pc12.example:20415  10.0.0.1:80  10.0.0.2:80  10.0.0.1:20415
)");
  EXPECT_EQ(fake.script.streams[0].target, "/api/v1/connections?protocol=udp&limit=100000000&names=true&format=ndjson");
}

TEST(RowList, AListThatBreaksOffIsNoSuccess) {
  FakeWorld fake;
  stream(fake, kRows);
  EXPECT_EQ(fake.run({"connections"}), ExitCode::kRefused);
  EXPECT_NE(fake.error.str().find("broke off"), std::string::npos);
  stream(fake, "{\"connections\":[\n{\"protocol\":\"TCP\"}");
  EXPECT_EQ(fake.run({"connections", "--json"}), ExitCode::kRefused);
}

TEST(RowList, JsonIsPassedOn) {
  FakeWorld fake;
  stream(fake, "{\"connections\":[\n{\"a\":\"\x7f\"}],\"truncated\":false}\n");
  EXPECT_EQ(fake.run({"connections", "--json"}), ExitCode::kOk);
  EXPECT_EQ(fake.out.str(), "{\"connections\":[\n{\"a\":\"\\u007f\"}],\"truncated\":false}\n");
  EXPECT_EQ(fake.script.streams[0].target, "/api/v1/connections");
}

TEST(RowList, ARefusalIsShown) {
  FakeWorld fake;
  stream(fake, R"({"error": {"code": "invalid_argument", "message": "client: no such address"}})", 400);
  EXPECT_EQ(fake.run({"persistence", "list", "--client", "x"}), ExitCode::kRefused);
  EXPECT_NE(fake.error.str().find("no such address"), std::string::npos);
}

TEST(RowList, PersistenceIsListedAndCleared) {
  FakeWorld fake;
  stream(
      fake,
      R"({"client":"10.0.0.0/24","expire":299,"confirmed":true,"destination":"10.0.1.1","virtual_service":"A","real_server":"B"}
{"truncated":false}
)");
  ASSERT_EQ(fake.run({"persistence", "list", "--virtual-service", "A"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(fake.out.str(), R"(client       virtual service  real server  destination  expire
10.0.0.0/24  A                B            10.0.1.1     04:59
)");
  fake.answer(R"({"cleared": 3})");
  ASSERT_EQ(fake.run({"persistence", "clear", "--client", "10.0.0.7"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(fake.script.requests[0].method, "DELETE");
  EXPECT_EQ(fake.script.requests[0].target, "/api/v1/persistence?client=10.0.0.7");
  EXPECT_NE(fake.out.str().find("3 persistence entries cleared.\n"), std::string::npos);
  EXPECT_EQ(fake.run({"persistence", "clear"}), ExitCode::kUsage);
  EXPECT_EQ(fake.run({"persistence", "clear", "--all", "--client", "10.0.0.7"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace evenkeel::cli

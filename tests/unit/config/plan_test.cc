#include "config/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "sample.h"

namespace evenkeel::config {

void PrintTo(const FieldChange& change, std::ostream* out) {
  *out << change.field << ": " << change.from << " -> " << change.to;
}
void PrintTo(const ObjectChange& change, std::ostream* out) {
  *out << static_cast<int>(change.kind) << " " << change.object << " from " << change.renamed_from << " "
       << ::testing::PrintToString(change.fields);
}

namespace {

using model::Configuration;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ObjectChange::Kind;

std::vector<ObjectChange> changes(const std::function<void(std::vector<model::VirtualService>&)>& edit) {
  Configuration to = sample();
  edit(to.virtual_services);
  return plan(sample(), to).changes;
}

TEST(Plan, IsEmptyWhenNothingDiffers) {
  EXPECT_TRUE(plan(sample(), sample()).empty());
  EXPECT_TRUE(plan({}, {}).empty());
}

TEST(Plan, NamesTheFieldsThatChange) {
  EXPECT_THAT(
      changes([](auto& services) {
        services[2].health_check.interval = std::chrono::seconds(10);
        services[2].health_check.timeout = std::chrono::milliseconds(2500);
        services[2].real_servers[1].weight = 50;
      }),
      ElementsAre(
          ObjectChange{Kind::kModified,
                       "virtual_service/MobilityPrint",
                       "",
                       {{"health_check.interval", "6", "10"}, {"health_check.timeout", "5", "2.5"}}},
          ObjectChange{
              Kind::kModified, "virtual_service/MobilityPrint/real_server/PS2", "", {{"weight", "100", "50"}}}));
}

TEST(Plan, NamesWhatBelongsToNoVirtualService) {
  Configuration to = sample();
  to.auto_nat = {true, {"eth0"}};
  EXPECT_THAT(plan(sample(), to).changes,
              ElementsAre(ObjectChange{Kind::kModified, "configuration", "", {{"auto_nat", "false", R"(["eth0"])"}}}));
  to = sample();
  to.fallback_page = "<p>Back at nine";
  EXPECT_THAT(plan(sample(), to).changes,
              ElementsAre(ObjectChange{
                  Kind::kModified, "configuration", "", {{"fallback_page", R"("")", R"("<p>Back at nine")"}}}));
}

TEST(Plan, ShowsTheLinesOfALongTextThatChange) {
  Configuration from = sample(), to = sample();
  from.fallback_page = "<html>\n<p>Back at nine\n</html>\n";
  to.fallback_page = "<html>\n<p>Back at ten\n</html>\n";
  const TextChange text{{"@@ line 1", " <html>", "-<p>Back at nine", "+<p>Back at ten", " </html>"}, 0};
  EXPECT_THAT(plan(from, to).changes,
              ElementsAre(ObjectChange{Kind::kModified,
                                       "configuration",
                                       "",
                                       {{"fallback_page", "31 bytes in 3 lines", "30 bytes in 3 lines", text}}}));
}

TEST(Plan, GivesOfALongTextThatIsAddedTheSizeAlone) {
  const auto change = changes([](auto& services) {
    services.push_back(virtual_service("Web", "10.77.0.53", "80"));
    services.back().fallback.page = std::string(1000, 'x');
  });
  ASSERT_EQ(change.size(), 1u);
  EXPECT_THAT(change[0].fields, ::testing::Contains(FieldChange{"fallback.page", "", "1000 bytes in 1 line"}));
}

TEST(Plan, ShowsThatAKeyChangedButNotTheKey) {
  EXPECT_THAT(changes([](auto& services) { services[0].health_check.request = "/api/health?Authorization=OTHER"; }),
              ElementsAre(ObjectChange{Kind::kModified,
                                       "virtual_service/Papercut_WUI",
                                       "",
                                       {{"health_check.request", R"("/api/health?Authorization=****")",
                                         R"("/api/health?Authorization=****")"}}}));
}

TEST(Plan, ListsWhatIsAddedWithWhatIsNotDefault) {
  EXPECT_THAT(changes([](auto& services) {
                services.push_back(virtual_service("DNS", "10.77.0.53", "53"));
                services.back().protocol = model::Protocol::kUdp;
                services.back().real_servers.push_back(real_server("NS1", "10.77.0.54"));
              }),
              ElementsAre(ObjectChange{Kind::kAdded,
                                       "virtual_service/DNS",
                                       "",
                                       {{"label", "", "\"DNS\""},
                                        {"address", "", "\"10.77.0.53\""},
                                        {"ports", "", "\"53\""},
                                        {"protocol", "", "\"udp\""}}},
                          ObjectChange{Kind::kAdded,
                                       "virtual_service/DNS/real_server/NS1",
                                       "",
                                       {{"label", "", "\"NS1\""}, {"address", "", "\"10.77.0.54\""}}}));
}

TEST(Plan, ListsWhatIsRemoved) {
  EXPECT_THAT(changes([](auto& services) {
                services.erase(services.begin());
                services[0].real_servers.pop_back();
              }),
              ElementsAre(ObjectChange{Kind::kRemoved, "virtual_service/Print_Provider/real_server/PS2", "", {}},
                          ObjectChange{Kind::kRemoved, "virtual_service/Papercut_WUI", "", {}},
                          ObjectChange{Kind::kRemoved, "virtual_service/Papercut_WUI/real_server/App_Svr1", "", {}},
                          ObjectChange{Kind::kRemoved, "virtual_service/Papercut_WUI/real_server/App_Svr2", "", {}}));
}

TEST(Plan, RecognisesARenameOfARealServer) {
  EXPECT_THAT(changes([](auto& services) {
                services[1].real_servers[0].label = "PrintServer1";
                services[1].real_servers[0].weight = 7;
              }),
              ElementsAre(ObjectChange{Kind::kModified,
                                       "virtual_service/Print_Provider/real_server/PrintServer1",
                                       "virtual_service/Print_Provider/real_server/PS1",
                                       {{"label", "\"PS1\"", "\"PrintServer1\""}, {"weight", "100", "7"}}}));
}

TEST(Plan, RecognisesARenameOfAVirtualService) {
  EXPECT_THAT(changes([](auto& services) { services[1].label = "SMB"; }),
              ElementsAre(ObjectChange{Kind::kModified,
                                       "virtual_service/SMB",
                                       "virtual_service/Print_Provider",
                                       {{"label", "\"Print_Provider\"", "\"SMB\""}}}));
}

TEST(Plan, TakesAnotherAddressForAnotherRealServer) {
  EXPECT_THAT(changes([](auto& services) { services[1].real_servers[0] = real_server("PS3", "10.77.0.23"); }),
              ElementsAre(ObjectChange{Kind::kAdded,
                                       "virtual_service/Print_Provider/real_server/PS3",
                                       "",
                                       {{"label", "", "\"PS3\""}, {"address", "", "\"10.77.0.23\""}}},
                          ObjectChange{Kind::kRemoved, "virtual_service/Print_Provider/real_server/PS1", "", {}}));
}

TEST(Plan, SaysWhenOnlyTheOrderChanges) {
  EXPECT_THAT(changes([](auto& services) {
                std::swap(services[0], services[2]);
                std::swap(services[1].real_servers[0], services[1].real_servers[1]);
              }),
              ElementsAre(ObjectChange{Kind::kModified,
                                       "virtual_service/Print_Provider",
                                       "",
                                       {{"real_servers", R"(["PS1","PS2"])", R"(["PS2","PS1"])"}}},
                          ObjectChange{Kind::kModified,
                                       "configuration",
                                       "",
                                       {{"virtual_services", R"(["Papercut_WUI","Print_Provider","MobilityPrint"])",
                                         R"(["MobilityPrint","Print_Provider","Papercut_WUI"])"}}}));
}

TEST(Renames, FollowRealServersThroughBothNames) {
  Configuration to = sample();
  to.virtual_services[1].label = "SMB";
  to.virtual_services[1].real_servers[1].label = "Two";
  to.virtual_services[2].real_servers[0].label = "One";
  EXPECT_THAT(renames(sample(), to), ElementsAre(Rename{{"Print_Provider", "PS1"}, {"SMB", "PS1"}},
                                                 Rename{{"Print_Provider", "PS2"}, {"SMB", "Two"}},
                                                 Rename{{"MobilityPrint", "PS1"}, {"MobilityPrint", "One"}}));
  EXPECT_THAT(renames(sample(), sample()), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::config

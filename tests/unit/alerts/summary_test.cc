#include "alerts/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::alerts {
namespace {

using observed::EventKind;
using ::testing::HasSubstr;
using ::testing::Not;

Trouble trouble(EventKind kind, const std::string& object, const std::string& message = "") {
  return {.kind = kind, .object = object, .message = message};
}

Trouble down(const std::string& service, int number, const std::string& message = "") {
  return trouble(EventKind::kRealServerDown, "virtual_service/" + service + "/real_server/RS" + std::to_string(number),
                 message);
}

std::vector<Trouble> many_down(int count, int services) {
  std::vector<Trouble> list;
  for (int i = 0; i < count; ++i) list.push_back(down("VS" + std::to_string(i % services), i));
  return list;
}

TEST(Summary, CountsServersAndServices) {
  EXPECT_EQ(sentence_of(Digest{.begun = many_down(14, 3)}), "14 servers down on 3 services");
  EXPECT_EQ(sentence_of(Digest{.begun = {down("Print_Provider", 1, "connection refused")}}),
            "RS1 of Print_Provider is down: connection refused");
}

TEST(Summary, AServerThatLacksBothLampsIsOne) {
  const auto path = trouble(EventKind::kPathDown, down("VS", 1).object, "no answer");
  EXPECT_EQ(sentence_of(Digest{.begun = {down("VS", 1, "refused"), path}}), "RS1 of VS is down: refused");
  EXPECT_EQ(sentence_of(Digest{.begun = {path}}), "RS1 of VS does not answer at the virtual address: no answer");
}

TEST(Summary, SaysWhenAServiceHasNobodyLeft) {
  Digest digest{.begun = many_down(2, 1)};
  digest.begun.push_back(trouble(EventKind::kFallbackActive, "virtual_service/VS0"));
  EXPECT_EQ(sentence_of(digest), "2 servers down on 1 service, VS0 has no usable real server");
}

TEST(Summary, SaysWhatIsOverAndWhatIsNot) {
  EXPECT_EQ(sentence_of(Digest{.over = many_down(3, 1)}), "all well again");
  EXPECT_EQ(sentence_of(Digest{.over = many_down(3, 1), .standing = many_down(11, 2)}),
            "3 servers up again, 11 still down on 2 services");
  EXPECT_EQ(sentence_of(Digest{.begun = many_down(2, 2), .over = many_down(1, 1)}),
            "2 servers down on 2 services, 1 server up again");
}

TEST(Summary, CountsWhatElseThereIs) {
  const auto conflict = trouble(EventKind::kAddressConflict, "virtual_address/10.0.0.1", "02:00:00:00:00:21");
  const auto refused = trouble(EventKind::kObjectFailed, "interface/eth0", "no such device");
  EXPECT_EQ(sentence_of(Digest{.begun = {conflict}}), "10.0.0.1 is claimed by another machine: 02:00:00:00:00:21");
  EXPECT_EQ(sentence_of(Digest{.begun = {conflict, refused}}), "2 problems");
  EXPECT_EQ(sentence_of(Digest{.begun = {down("VS", 1), conflict, refused}}), "RS1 of VS is down, 2 other problems");
  EXPECT_EQ(sentence_of(Digest{.passed = many_down(4, 2)}), "4 servers down for a while");
  EXPECT_EQ(sentence_of(Digest{.happened = {{.id = 1,
                                             .at = {},
                                             .kind = EventKind::kTierChanged,
                                             .object = "virtual_service/VS",
                                             .message = "tier 2 takes over from tier 1"}}}),
            "VS: tier 2 takes over from tier 1");
  EXPECT_EQ(sentence_of(Digest{.begun = {down("VS", 1)}, .happened = {{}, {}}, .left_out = 3}),
            "RS1 of VS is down, 5 other events");
}

TEST(Summary, EveryKindOfTroubleHasWords) {
  for (int i = 0; i <= static_cast<int>(EventKind::kAlertDelivered); ++i) {
    const auto kind = static_cast<EventKind>(i);
    if (!observed::has_end(kind) || observed::is_about_alerts(kind)) continue;
    EXPECT_THAT(sentence_of(Digest{.passed = {trouble(kind, "x/y")}}), HasSubstr("for a while"))
        << observed::to_string(kind);
  }
}

TEST(Summary, TheTextHasEveryLineUpToAHundredOfAKindAndNoSecrets) {
  Digest digest{.begun = many_down(250, 3), .standing = {down("Old", 7, "GET /?token=sesame")}};
  const std::string text = text_of(digest);
  EXPECT_THAT(text,
              HasSubstr("250 servers down on 3 services\n\nNew:\n  1970-01-01T00:00:00.000Z  RS0 of VS0 is down\n"));
  EXPECT_THAT(text, HasSubstr("  and 150 more\n"));
  EXPECT_THAT(text, HasSubstr("Going on, as told before:\n"));
  EXPECT_THAT(text, Not(HasSubstr("sesame")));
}

TEST(Summary, TheJsonHasCountsAndLists) {
  const auto body = to_json(Digest{.begun = many_down(250, 3), .left_out = 2});
  EXPECT_EQ(body.at("begun").at("count").as_uint64(), 250u);
  EXPECT_EQ(body.at("begun").at("list").as_array().size(), 100u);
  EXPECT_EQ(body.at("begun").at("list").at(0).at("kind").as_string(), "real_server_down");
  EXPECT_EQ(body.at("left_out").as_uint64(), 2u);
}

}  // namespace
}  // namespace evenkeel::alerts

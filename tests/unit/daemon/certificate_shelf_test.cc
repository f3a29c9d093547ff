#include "daemon/certificate_shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/issue.h"

namespace evenkeel::daemon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const WallTime kNow = WallTime(std::chrono::seconds(1800000000));

config::StoredCertificate made(const char* label, int days = 90) {
  config::StoredCertificate stored;
  stored.label = label;
  stored.origin = "self_signed";
  stored.key = certificates::make_key(certificates::KeyKind::kEcP256).value();
  stored.chain = certificates::self_sign(stored.key, {.names = {"www.example.com"}}, days, kNow).value();
  return stored;
}

model::Configuration with(std::vector<std::string> labels, std::string authority = "") {
  model::Layer7Service service;
  service.label = "Web";
  service.tls.certificates = std::move(labels);
  service.tls.client_authority = std::move(authority);
  model::Configuration configuration;
  configuration.layer7_services = {service};
  return configuration;
}

class Shelf : public testing::Test {
 protected:
  Shelf() {
    EXPECT_TRUE(shelf_.put(made("www")));
    auto request = made("asked");
    request.chain.clear();
    request.request = "CSR";
    EXPECT_TRUE(shelf_.put(std::move(request)));
    auto authority = made("office");
    authority.key.clear();
    EXPECT_TRUE(shelf_.put(std::move(authority)));
  }
  CertificateShelf shelf_;
};

TEST_F(Shelf, SaysWhoUsesWhatAndShowsNoKey) {
  const auto seen = shelf_.observe(with({"www"}, "office"), kNow);
  ASSERT_THAT(seen, SizeIs(3));
  EXPECT_EQ(seen[0].label, "asked");
  EXPECT_FALSE(seen[0].description);
  EXPECT_THAT(seen[1].used_by, ElementsAre("Web"));
  EXPECT_FALSE(seen[1].has_key);
  EXPECT_EQ(seen[2].days_left, 90);
  for (const auto& one : seen) {
    const auto text = boost::json::serialize(observed::to_json(one, observed::Detail::kWithPem));
    EXPECT_EQ(text.find("PRIVATE"), std::string::npos) << text;
  }
}

TEST_F(Shelf, WhatTheConfigurationNamesMustBeThereAndFit) {
  EXPECT_THAT(shelf_.problems_of(with({"www"}, "office")), IsEmpty());
  EXPECT_THAT(shelf_.problems_of(with({"www", "gone", "asked", "office"})),
              ElementsAre(AllOf(Field(&model::Problem::path, "$.layer7_services[0].tls.certificates[1]"),
                                Field(&model::Problem::message, "there is no certificate gone")),
                          Field(&model::Problem::message, HasSubstr("no authority has signed yet")),
                          Field(&model::Problem::message, HasSubstr("office has no private key"))));
}

TEST_F(Shelf, TheEngineGetsWhatCanBeUsed) {
  EXPECT_THAT(shelf_.certificates(), ElementsAre(testing::Key("office"), testing::Key("www")));
  shelf_.remove("www");
  EXPECT_THAT(shelf_.certificates(), ElementsAre(testing::Key("office")));
}

TEST_F(Shelf, OnlyThoseThatAreUsedHaveADeadline) {
  EXPECT_THAT(shelf_.deadlines(with({"www"}), kNow),
              ElementsAre(AllOf(Field(&CertificateShelf::Deadline::label, "www"),
                                Field(&CertificateShelf::Deadline::days_left, 90))));
  EXPECT_THAT(shelf_.deadlines(with({}), kNow), IsEmpty());
}

TEST_F(Shelf, TheWebInterfaceIsAUserLikeOthers) {
  EXPECT_FALSE(shelf_.observe({}, kNow)[2].is_used_by_web);
  shelf_.note_web({.certificate = "www"});
  EXPECT_TRUE(shelf_.observe({}, kNow)[2].is_used_by_web);
  EXPECT_THAT(shelf_.observe({}, kNow)[2].used_by, IsEmpty());
  EXPECT_THAT(shelf_.users_in_words(with({"www"}), "www"), ElementsAre("Web", "the web interface"));
  EXPECT_THAT(shelf_.users_in_words({}, "office"), IsEmpty());
  EXPECT_THAT(shelf_.deadlines({}, kNow), SizeIs(1));
}

TEST_F(Shelf, TheWebInterfaceCanUseWhatHasAKeyAndIsIssued) {
  EXPECT_FALSE(shelf_.problem_for_web("www"));
  EXPECT_EQ(shelf_.problem_for_web("gone")->message, "there is no certificate gone");
  EXPECT_EQ(shelf_.problem_for_web("gone")->path, "$.stored");
  EXPECT_THAT(shelf_.problem_for_web("asked")->message, HasSubstr("no authority has signed yet"));
  EXPECT_THAT(shelf_.problem_for_web("office")->message, HasSubstr("has no private key"));
}

TEST_F(Shelf, WhatCannotBeReadIsLeftOutAndSaid) {
  CertificateShelf shelf;
  auto damaged = made("damaged");
  damaged.chain = "nonsense";
  const auto errors = shelf.load({made("www"), std::move(damaged)}, kNow);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].object, "certificate/damaged");
  EXPECT_THAT(shelf.certificates(), SizeIs(1));
}

class AcmeOrders : public testing::Test {
 protected:
  AcmeOrders() {
    auto stand_in = made("www");
    stand_in.acme = certificates::AcmeRecord{
        .directory = "https://ca.example/dir", .names = {"www.example.com"}, .email = {}, .hook = {}};
    EXPECT_TRUE(shelf_.put(stand_in));
    EXPECT_TRUE(shelf_.put(made("other")));
  }
  CertificateShelf shelf_{"THUMB"};
};

TEST_F(AcmeOrders, CanBeShownWhereSomebodyAnswers) {
  ASSERT_THAT(shelf_.orders({}), SizeIs(1));
  EXPECT_FALSE(shelf_.orders({})[0].can_be_shown);
  EXPECT_FALSE(shelf_.orders({})[0].is_issued);
  EXPECT_TRUE(shelf_.orders(with({"www"}))[0].can_be_shown);
  auto elsewhere = with({});
  EXPECT_FALSE(shelf_.orders(elsewhere)[0].can_be_shown);
  elsewhere.layer7_services[0].mode = model::Layer7Mode::kHttp;
  elsewhere.layer7_services[0].ports = model::PortSet::parse("80").value();
  EXPECT_TRUE(shelf_.orders(elsewhere)[0].can_be_shown);
}

TEST_F(AcmeOrders, TheWebInterfaceAnswersOnAPort80OfItsOwn) {
  shelf_.note_web({.certificate = {}, .answers_acme = true});
  EXPECT_TRUE(shelf_.orders({})[0].can_be_shown);
}

TEST_F(AcmeOrders, WhatStandsInIsNotForTheWebInterface) {
  EXPECT_THAT(shelf_.problem_for_web("www")->message, HasSubstr("is not issued yet"));
  EXPECT_FALSE(shelf_.problem_for_web("other"));
}

TEST_F(AcmeOrders, OnlyTheirsAreAnswered) {
  EXPECT_EQ(shelf_.certificates().at("www").thumbprint, "THUMB");
  EXPECT_EQ(shelf_.certificates().at("other").thumbprint, "");
}

}  // namespace
}  // namespace evenkeel::daemon

#include "backup/content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json.h"

namespace evenkeel::backup {
namespace {

namespace json = boost::json;

constexpr WallTime kAt{std::chrono::seconds(1'700'000'000)};

certificates::AcmeRecord shop() {
  certificates::AcmeRecord record;
  record.directory = "https://acme.example.com/directory";
  record.names = {"shop.example.com"};
  return record;
}

Content sample() {
  Content content;
  content.configuration = model::parse_configuration(R"({"virtual_services": [{"label": "A", "address": "10.0.0.1",
      "ports": "80", "real_servers": [{"label": "S", "address": "10.0.0.2"}]}]})")
                              .value();
  content.operator_actions = {{{"A", "S"}, model::OperatorState::kDrain, "ann", "toner", kAt, kAt}};
  content.certificates = {
      {.label = "www", .origin = "uploaded", .chain = "CHAIN", .key = "KEY", .request = "", .ocsp = "", .at = kAt}};
  content.certificates.push_back({.label = "shop",
                                  .origin = "acme",
                                  .chain = "CHAIN",
                                  .key = "KEY",
                                  .request = "",
                                  .ocsp = "",
                                  .at = kAt,
                                  .acme = shop()});
  content.users = {{.name = "ann",
                    .role = access::Role::kAdministrator,
                    .source = access::Source::kLocal,
                    .password_hash = "$argon2id$...",
                    .totp_secret = "ABC",
                    .totp_used = 5,
                    .created = kAt,
                    .last_sign_in = std::nullopt}};
  content.tokens = {{.label = "ci",
                     .role = access::Role::kViewer,
                     .fingerprint = "F",
                     .created_by = "ann",
                     .created = kAt,
                     .expires = kAt}};
  content.files = {.web_certificate = Files::WebCertificate{.stored = "www", .pem = "PEM"}, .acme_account = "ACCOUNT"};
  return content;
}

TEST(Content, ComesBackAsItWas) {
  const auto parsed = parse_content(to_json(sample()));
  ASSERT_TRUE(parsed) << to_string(parsed.error());
  EXPECT_EQ(to_json(*parsed), to_json(sample()));
  EXPECT_EQ(parsed->configuration, sample().configuration);
  EXPECT_EQ(parsed->operator_actions, sample().operator_actions);
  EXPECT_EQ(parsed->certificates, sample().certificates);
  EXPECT_EQ(parsed->files, sample().files);
}

TEST(Content, OneOfBeforeThereWereFilesHasNone) {
  auto document = to_json(sample());
  document.erase("files");
  EXPECT_EQ(parse_content(document)->files, Files{});
  auto own = sample();
  own.files.web_certificate.reset();
  EXPECT_EQ(parse_content(to_json(own))->files, own.files);
}

TEST(Rest, IsWhatTheStoreOfTheConfigurationDoesNotHave) {
  const auto all = parse_rest(rest_to_json(sample(), Access::kIncluded)).value();
  EXPECT_TRUE(all.has_access);
  EXPECT_EQ(all.content.users.front().name, "ann");
  EXPECT_EQ(all.content.files, sample().files);
  const auto files = parse_rest(rest_to_json(sample(), Access::kLeftOut)).value();
  EXPECT_FALSE(files.has_access);
  EXPECT_EQ(files.content.files, sample().files);
  auto without = sample();
  without.files = {};
  EXPECT_TRUE(rest_to_json(without, Access::kLeftOut).empty());
  EXPECT_FALSE(parse_rest(json::parse(R"({"users": []})")));
  EXPECT_FALSE(parse_rest(json::parse(R"({"files": 1})")));
}

TEST(Content, SaysWhereItIsWrong) {
  json::object document = to_json(sample());
  document["users"].as_array()[0].as_object()["role"] = "king";
  EXPECT_THAT(parse_content(document).error().message, testing::HasSubstr("users[0].role"));
  document = to_json(sample());
  document["certificates"].as_array()[0].as_object().erase("key");
  EXPECT_THAT(parse_content(document).error().message, testing::HasSubstr("certificates[0].key"));
  document = to_json(sample());
  document["certificates"].as_array()[1].as_object()["acme"] = "{";
  EXPECT_THAT(parse_content(document).error().message, testing::HasSubstr("certificates[1].acme"));
  document = to_json(sample());
  document["files"].as_object()["web_certificate"] = 1;
  EXPECT_THAT(parse_content(document).error().message, testing::HasSubstr("files.web_certificate"));
  document = to_json(sample());
  document["configuration"] = json::object{{"virtual_servers", json::array{}}};
  EXPECT_THAT(parse_content(document).error().message, testing::HasSubstr("virtual_servers"));
  EXPECT_FALSE(parse_content(json::value(5)));
  EXPECT_FALSE(parse_content(json::object{}));
}

}  // namespace
}  // namespace evenkeel::backup

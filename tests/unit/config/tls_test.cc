// TLS of layer-7 virtual services: what is refused and what is doubtful; certificates in the store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/plan.h"
#include "config/sqlite.h"
#include "config/validate_tls.h"
#include "store_fixture.h"

namespace evenkeel::config {
namespace {

using model::ClientCertificates;
using model::Layer7Service;
using model::TlsProfile;
using model::TlsVersion;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

model::Configuration web(const std::function<void(Layer7Service&)>& edit) {
  Layer7Service service;
  service.label = "Web";
  service.address = *IpAddress::parse("10.77.0.102");
  service.ports = *model::PortSet::parse("443");
  service.tls.certificates = {"www"};
  service.real_servers = {{.label = "RS1", .address = *IpAddress::parse("10.77.0.21")}};
  edit(service);
  model::Configuration configuration;
  configuration.layer7_services = {std::move(service)};
  return configuration;
}

struct TlsCase {
  const char* name;
  std::function<void(Layer7Service&)> edit;
  const char* path;
  const char* message;
};

void PrintTo(const TlsCase& test, std::ostream* out) {
  *out << test.name;
}

class TlsRefused : public testing::TestWithParam<TlsCase> {};

TEST_P(TlsRefused, IsNamed) {
  const auto problems = validate(web(GetParam().edit));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, std::string("$.layer7_services[0].") + GetParam().path);
  EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
  EXPECT_FALSE(problems[0].hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Tls, TlsRefused,
    testing::Values(
        TlsCase{"UnknownCipher",
                [](Layer7Service& service) {
                  service.tls.profile = TlsProfile::kCustom;
                  service.tls.ciphers = "ECDHE+AESGCM:NONSENSE";
                },
                "tls.ciphers", "OpenSSL knows no cipher NONSENSE"},
        TlsCase{"UnknownSuite",
                [](Layer7Service& service) {
                  service.tls.profile = TlsProfile::kCustom;
                  service.tls.ciphersuites = "TLS_ROT13";
                },
                "tls.ciphersuites", "TLS_ROT13"},
        TlsCase{"CiphersOfAProfile", [](Layer7Service& service) { service.tls.ciphers = "HIGH"; }, "tls.ciphers",
                "only the profile custom"},
        TlsCase{"VersionOfAProfile", [](Layer7Service& service) { service.tls.minimum = TlsVersion::k13; },
                "tls.minimum", "only the profile custom"},
        TlsCase{"NoAuthorityForClients",
                [](Layer7Service& service) { service.tls.client_certificates = ClientCertificates::kRequired; },
                "tls.client_authority", "need an authority"},
        TlsCase{"AuthorityForNothing", [](Layer7Service& service) { service.tls.client_authority = "office"; },
                "tls.client_authority", "not asked for"},
        TlsCase{"StaplingWithoutCertificate",
                [](Layer7Service& service) {
                  service.tls.certificates.clear();
                  service.tls.ocsp_stapling = true;
                },
                "tls.ocsp_stapling", "no certificate"},
        TlsCase{"AuthorityOfServersWithoutTls", [](Layer7Service& service) { service.server_tls.authority = "office"; },
                "server_tls.authority", "not spoken"},
        TlsCase{"AuthorityOfServersThatAreNotVerified",
                [](Layer7Service& service) {
                  service.server_tls.enabled = true;
                  service.server_tls.verify = false;
                  service.server_tls.authority = "office";
                },
                "server_tls.authority", "not verified"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Tls, WhatIsUsualIsAccepted) {
  const auto configuration = web([](Layer7Service& service) {
    service.tls.profile = TlsProfile::kCustom;
    service.tls.minimum = TlsVersion::k10;
    service.tls.ciphers = "DEFAULT:@SECLEVEL=0";
    service.tls.client_certificates = ClientCertificates::kOptional;
    service.tls.client_authority = "office";
    service.tls.ocsp_stapling = true;
    service.server_tls = {.enabled = true, .verify = true, .authority = "office", .server_name = "ps.example.com"};
  });
  EXPECT_THAT(validate(configuration), IsEmpty());
  EXPECT_THAT(lint_tls(configuration), IsEmpty());
}

TEST(Tls, WhatIsDoubtfulIsSaid) {
  const auto configuration = web([](Layer7Service& service) {
    service.tls.profile = TlsProfile::kCustom;
    service.tls.minimum = TlsVersion::k11;
    service.server_tls.enabled = true;
    service.server_tls.verify = false;
  });
  EXPECT_THAT(lint_tls(configuration),
              ElementsAre(testing::Field(&model::Problem::path, "$.layer7_services[0].tls.minimum"),
                          testing::Field(&model::Problem::path, "$.layer7_services[0].server_tls.verify")));
}

class StoredCertificates : public StoreTest {
 protected:
  StoredCertificate www() const {
    return {.label = "www",
            .origin = "uploaded",
            .chain = "chain",
            .key = "key",
            .request = "",
            .ocsp = std::string("\0DER", 4),
            .at = clock_.wall_now()};
  }
};

TEST_F(StoredCertificates, OutliveARestartAndCanBeReplacedAndRemoved) {
  open();
  ASSERT_TRUE(store_->save(www()));
  open();
  EXPECT_THAT(store_->certificates().value(), ElementsAre(www()));
  auto other = www();
  other.chain = "other";
  ASSERT_TRUE(store_->save(other));
  EXPECT_THAT(store_->certificates().value(), ElementsAre(other));
  ASSERT_TRUE(store_->remove_certificate("www"));
  EXPECT_THAT(store_->certificates().value(), IsEmpty());
}

TEST_F(StoredCertificates, KnowHowTheyAreIssued) {
  open();
  auto issued = www();
  issued.origin = "acme";
  issued.acme = certificates::AcmeRecord{
      .directory = "https://ca.example/dir", .names = {"www.example"}, .email = {}, .hook = {}};
  ASSERT_TRUE(store_->save(issued));
  open();
  EXPECT_THAT(store_->certificates().value(), ElementsAre(issued));
}

// It comes from a thread of its own, when all may be different already.
TEST_F(StoredCertificates, AResponseIsForTheCertificateThatItIsAbout) {
  open();
  ASSERT_TRUE(store_->save(www()));
  auto stale = www();
  stale.chain = "before";
  stale.ocsp = "stale";
  ASSERT_TRUE(store_->save_ocsp(stale));
  EXPECT_THAT(store_->certificates().value(), ElementsAre(www()));
  auto fresh = www();
  fresh.ocsp = "fresh";
  ASSERT_TRUE(store_->save_ocsp(fresh));
  EXPECT_THAT(store_->certificates().value(), ElementsAre(fresh));
  ASSERT_TRUE(store_->remove_certificate("www"));
  ASSERT_TRUE(store_->save_ocsp(fresh));
  EXPECT_THAT(store_->certificates().value(), IsEmpty());
}

TEST_F(StoredCertificates, AreInTheBackup) {
  open();
  ASSERT_TRUE(store_->commit(weighted(1), "root", "", std::nullopt, std::nullopt));
  ASSERT_TRUE(store_->save(www()));
  store_.reset();
  std::filesystem::resize_file(path_, 100);
  const auto salvaged = Store::salvage(path_);
  ASSERT_TRUE(salvaged) << to_string(salvaged.error());
  EXPECT_THAT(salvaged->certificates, ElementsAre(www()));
}

}  // namespace
}  // namespace evenkeel::config

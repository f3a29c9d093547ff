#include "certificates/acme_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/issue.h"
#include "certificates/thumbprint.h"

namespace evenkeel::certificates {
namespace {

AcmeRecord shop() {
  return {
      .directory = "https://ca.example/dir", .names = {"shop.example.com", "www.example.com"}, .email = {}, .hook = {}};
}

std::string wrong_field(const AcmeRecord& record) {
  const auto valid = validate(record);
  return valid ? "" : valid.error().object;
}

TEST(AcmeRecord, OutlivesTheStore) {
  auto record = shop();
  record.challenge = Challenge::kDns01;
  record.hook = "dns.sh";
  record.email = "it@example.com";
  record.key = "rsa-2048";
  EXPECT_EQ(acme_record_from_stored(to_stored(record)).value(), record);
  EXPECT_FALSE(acme_record_from_stored("{}"));
  EXPECT_FALSE(acme_record_from_stored("nonsense"));
}

TEST(AcmeRecord, SaysWhichFieldIsWrong) {
  EXPECT_EQ(wrong_field(shop()), "");
  const auto changed = [](auto change) {
    auto record = shop();
    change(record);
    return wrong_field(record);
  };
  EXPECT_EQ(changed([](AcmeRecord& r) { r.names = {}; }), "names");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.names = {"10.0.0.1"}; }), "names");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.names = {"*.example.com"}; }), "names");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.directory = "http://ca.example/dir"; }), "directory");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.directory += " --hook /bin/sh"; }), "directory");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.email = "nobody"; }), "email");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.email = "--hook@x"; }), "email");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.hook = "dns.sh"; }), "hook");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.challenge = Challenge::kDns01; }), "hook");
  EXPECT_EQ(changed([](AcmeRecord& r) { r.key = "dsa"; }), "key");
  for (const char* hook : {"../dns.sh", "/bin/sh", ".hidden", "-x", "a b"}) {
    EXPECT_EQ(changed([&](AcmeRecord& r) {
                r.challenge = Challenge::kDns01;
                r.hook = hook;
              }),
              "hook");
  }
  EXPECT_EQ(changed([](AcmeRecord& r) {
              r.challenge = Challenge::kDns01;
              r.hook = "dns.sh";
              r.names = {"*.example.com"};
            }),
            "");
}

// Computed with another program from the same key.
TEST(Thumbprint, IsThatOfRfc7638) {
  EXPECT_EQ(thumbprint_of(R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAkVhDNiYoix5lIZD
LIwacE+W2KtzvgAKrwmW4vlbriehRANCAARntvk9tNMCG1+RSiwWQL9iyFbHT1PI
IFGS3i0mdtD3plePdQb/0wX2D+8gD8ffMAkR4r5PpxB43UOI7jfu1XQF
-----END PRIVATE KEY-----
)")
                .value(),
            "Juv4o8WKRobwOht-ldBAK1StalCroVZQR1bqNZXZWlc");
  EXPECT_FALSE(thumbprint_of(make_key(KeyKind::kRsa2048).value()));
  EXPECT_FALSE(thumbprint_of(make_key(KeyKind::kEcP384).value()));
  EXPECT_FALSE(thumbprint_of("nonsense"));
}

}  // namespace
}  // namespace evenkeel::certificates

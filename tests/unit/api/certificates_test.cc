// Certificates: what is read of a body, and that no key comes back.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, ACertificateIsBroughtAsPemOrPfx) {
  auto reply = ask("POST", "/api/v1/certificates", R"({"label":"www","pem":"PEM","password":"sesame"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("layer7"), "commands");
  EXPECT_EQ(control_.last_certificate->label, "www");
  EXPECT_FALSE(control_.last_certificate->replaces);
  EXPECT_EQ(std::get<UploadedCertificate>(control_.last_certificate->wanted).password, "sesame");
  EXPECT_EQ(reply.body.find("sesame"), std::string::npos);

  reply = ask("PUT", "/api/v1/certificates/www?dry_run=true", R"({"pkcs12":"Z29v\nZA==\n"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_TRUE(control_.last_certificate->replaces);
  EXPECT_TRUE(control_.last_certificate->dry_run);
  EXPECT_EQ(std::get<UploadedCertificate>(control_.last_certificate->wanted).pkcs12, "good");
}

TEST_F(ApiTest, ACertificateIsMadeOrAskedFor) {
  auto reply = ask("POST", "/api/v1/certificates/self-signed",
                   R"({"label":"www","names":["a.example","10.0.0.1"],"days":90,"key":"rsa-2048"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto& self_signed = std::get<IssuedCertificate>(control_.last_certificate->wanted);
  EXPECT_EQ(self_signed.days, 90);
  EXPECT_EQ(self_signed.key, certificates::KeyKind::kRsa2048);
  EXPECT_EQ(self_signed.subject.names.size(), 2U);

  reply = ask("POST", "/api/v1/certificates/requests",
              R"({"label":"www","names":["a.example"],"organisation":"Us","country":"CH"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto& request = std::get<IssuedCertificate>(control_.last_certificate->wanted);
  EXPECT_EQ(request.days, 0);
  EXPECT_EQ(request.subject.organisation, "Us");
  EXPECT_EQ(request.key, certificates::KeyKind::kEcP256);
}

TEST_F(ApiTest, ACertificateIsIssuedByAcmeToWhoAgrees) {
  constexpr const char* kPath = "/api/v1/certificates/acme";
  auto reply =
      ask("POST", kPath, R"({"label":"www","names":["a.example"],"directory":"https://ca.example/dir","agree":true})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(std::get<certificates::AcmeRecord>(control_.last_certificate->wanted).directory, "https://ca.example/dir");

  reply = ask("POST", kPath, R"({"label":"www","names":["a.example"],"directory":"https://ca.example/dir"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("$.agree"), std::string::npos) << reply.body;
  reply = ask("POST", kPath, R"({"label":"www","names":["*.a.example"],"directory":"https://ca/","agree":true})");
  EXPECT_NE(reply.body.find("$.names"), std::string::npos) << reply.body;
  reply = ask("POST", kPath, R"({"label":"www","names":["a"],"directory":"https://ca/","challenge":"x","agree":true})");
  EXPECT_NE(reply.body.find("$.challenge"), std::string::npos) << reply.body;

  EXPECT_EQ(ask("POST", "/api/v1/certificates/www/renew").status, 200);
  EXPECT_TRUE(control_.renewed_certificate.starts_with("www by "));
  EXPECT_EQ(ask("POST", "/api/v1/certificates/gone/renew").status, 404);
}

TEST_F(ApiTest, WhatIsWrongWithABodyIsNamed) {
  const auto expect_refusal = [&](const char* path, const char* body, const char* words) {
    const auto reply = ask("POST", path, body);
    EXPECT_EQ(reply.status, 400) << reply.body;
    EXPECT_NE(reply.body.find(words), std::string::npos) << reply.body;
  };
  expect_refusal("/api/v1/certificates", R"({"label":"www"})", "either pem or pkcs12");
  expect_refusal("/api/v1/certificates", R"({"label":"www","pem":"x","pkcs12":"eA=="})", "either pem or pkcs12");
  expect_refusal("/api/v1/certificates", R"({"label":"www","pkcs12":"!"})", "no base64");
  expect_refusal("/api/v1/certificates", R"({"label":"../www","pem":"x"})", "is not a label");
  expect_refusal("/api/v1/certificates", R"({"label":"www","pem":"x","colour":1})", "colour");
  expect_refusal("/api/v1/certificates", "[]", "must be an object");
  expect_refusal("/api/v1/certificates/self-signed", R"({"label":"w","names":["a"],"days":0})", "from 1 to 3650");
  expect_refusal("/api/v1/certificates/self-signed", R"({"label":"w","names":["a"],"key":"dsa"})", "no kind of key");
  expect_refusal("/api/v1/certificates/requests", R"({"label":"w","names":"a"})", "list of texts");
  EXPECT_EQ(ask("POST", "/api/v1/certificates", R"({"label":"taken","pem":"x"})").status, 409);
}

TEST_F(ApiTest, CertificatesAreListedAndRemoved) {
  auto& asked = control_.known_certificates.emplace_back();
  asked.label = "asked";
  asked.origin = "requested";
  asked.request = "CSR";
  EXPECT_EQ(ask("GET", "/api/v1/certificates").value().at("certificates").at(0).at("state"), "requested");
  EXPECT_EQ(ask("GET", "/api/v1/certificates/asked").value().at("request"), "CSR");
  EXPECT_EQ(ask("GET", "/api/v1/certificates/other").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/certificates/asked").status, 200);
  EXPECT_TRUE(control_.removed_certificate.starts_with("asked by "));
  EXPECT_EQ(ask("DELETE", "/api/v1/certificates/used").status, 409);
}

}  // namespace
}  // namespace evenkeel::api

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engines/l7_haproxy/answers.h"
#include "engines/l7_haproxy/structure.h"
#include "engines/l7_haproxy/tls_files.h"
#include "sample.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Optional;
using testing::Pair;

const std::string kTls = "/run/evenkeel/haproxy/tls";

desired::Layer7 web() {
  auto service = print_provider();
  service.configuration.label = "Web";
  service.configuration.mode = model::Layer7Mode::kHttp;
  service.configuration.tls.certificates = {"www"};
  auto want = layer7(service);
  want.certificates["www"] = {.chain = "chain1\n", .key = "key1\n", .ocsp = "", .can_be_stapled = true};
  want.certificates["other"] = {.chain = "chain2\n", .key = "key2\n", .ocsp = "", .can_be_stapled = false};
  want.certificates["office"] = {.chain = "authority\n", .key = "", .ocsp = "", .can_be_stapled = false};
  return want;
}

model::Tls& tls_of(desired::Layer7& want) {
  return want.services[0].configuration.tls;
}

std::optional<std::vector<std::string>> commands(const desired::Layer7& from, const desired::Layer7& to) {
  return commands_between(from, to, options().paths);
}

TEST(Tls, ABindSaysWhatClientsMayDo) {
  auto want = web();
  EXPECT_THAT(render(want, options()),
              AllOf(HasSubstr("# Virtual service Web with certificates www\n"),
                    HasSubstr("bind 10.0.0.30:445 transparent ssl crt-list " + kTls +
                              "/lists/Web.list alpn h2,http/1.1 ssl-min-ver TLSv1.2 ciphers ECDHE-ECDSA-AES128-GCM"),
                    Not(HasSubstr("verify"))));
  tls_of(want).profile = model::TlsProfile::kCustom;
  tls_of(want).minimum = model::TlsVersion::k10;
  tls_of(want).ciphers = "DEFAULT:@SECLEVEL=0";
  tls_of(want).ciphersuites = "TLS_AES_128_GCM_SHA256";
  tls_of(want).client_certificates = model::ClientCertificates::kRequired;
  tls_of(want).client_authority = "office";
  want.services[0].configuration.http.h2 = false;
  EXPECT_THAT(render(want, options()),
              HasSubstr(" alpn http/1.1 ssl-min-ver TLSv1.0 ciphers DEFAULT:@SECLEVEL=0 ciphersuites "
                        "TLS_AES_128_GCM_SHA256 ca-file authorities/office.pem verify required proto h1\n"));
  want.services[0].configuration.mode = model::Layer7Mode::kTcp;
  EXPECT_THAT(render(want, options()), Not(HasSubstr("alpn")));
}

TEST(Tls, WithoutCertificatesNothingIsSaidOfIt) {
  EXPECT_THAT(render(layer7(print_provider()), options()), AllOf(Not(HasSubstr("ssl")), Not(HasSubstr("ca-base"))));
}

TEST(Tls, ServersAreVerified) {
  auto want = web();
  auto& tls = want.services[0].configuration.server_tls;
  tls.enabled = true;
  EXPECT_THAT(render(want, options()),
              HasSubstr("weight 100 ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt\n"));
  tls.authority = "office";
  tls.server_name = "ps.example.com";
  EXPECT_THAT(render(want, options()), HasSubstr("weight 100 ssl sni str(ps.example.com) verify required ca-file "
                                                 "authorities/office.pem verifyhost ps.example.com\n"));
  tls.verify = false;
  EXPECT_THAT(render(want, options()), HasSubstr("ssl sni str(ps.example.com) verify none\n"));
}

TEST(Tls, FilesAreThoseThatAreNeeded) {
  auto want = web();
  EXPECT_THAT(tls_files(want, options().paths), ElementsAre(Pair(kTls + "/lists/Web.list", kTls + "/plain/www.pem\n"),
                                                            Pair(kTls + "/plain/www.pem", "chain1\nkey1\n")));
  tls_of(want).ocsp_stapling = true;
  tls_of(want).certificates = {"www", "other"};
  tls_of(want).client_authority = "office";
  EXPECT_THAT(tls_files(want, options().paths),
              ElementsAre(Pair(kTls + "/authorities/office.pem", "authority\n"),
                          Pair(kTls + "/lists/Web.list", kTls + "/stapled/www.pem\n" + kTls + "/plain/other.pem\n"),
                          Key(kTls + "/plain/other.pem"), Key(kTls + "/stapled/www.pem"),
                          Pair(kTls + "/stapled/www.pem.ocsp", "")));
}

TEST(Tls, AnotherCertificateIsACommand) {
  const auto from = web();
  auto to = from;
  to.certificates["www"].key = "key3\n";
  EXPECT_THAT(commands(from, to), Optional(ElementsAre("set ssl cert " + kTls + "/plain/www.pem <<\nchain1\nkey3\n",
                                                       "commit ssl cert " + kTls + "/plain/www.pem")));
  EXPECT_EQ(structure_name(from, options()), structure_name(to, options()));
}

TEST(Tls, FurtherCertificatesComeAndGoByCommands) {
  const auto from = web();
  auto to = from;
  tls_of(to).certificates = {"www", "other"};
  const auto list = kTls + "/lists/Web.list " + kTls + "/plain/other.pem";
  EXPECT_THAT(commands(from, to),
              Optional(ElementsAre("new ssl cert " + kTls + "/plain/other.pem",
                                   "set ssl cert " + kTls + "/plain/other.pem <<\nchain2\nkey2\n",
                                   "commit ssl cert " + kTls + "/plain/other.pem", "add ssl crt-list " + list)));
  EXPECT_THAT(commands(to, from),
              Optional(ElementsAre("del ssl crt-list " + list, "del ssl cert " + kTls + "/plain/other.pem")));
  EXPECT_NE(structure_name(from, options()), structure_name(to, options()));
}

TEST(Tls, TheFirstCertificateAndSettingsTakeAReload) {
  const auto from = web();
  auto first = from;
  tls_of(first).certificates = {"other", "www"};
  EXPECT_EQ(commands(from, first), std::nullopt);
  auto profile = from;
  tls_of(profile).profile = model::TlsProfile::kCompatible;
  EXPECT_EQ(commands(from, profile), std::nullopt);
  auto off = from;
  tls_of(off).certificates.clear();
  EXPECT_EQ(commands(from, off), std::nullopt);
}

TEST(Tls, ResponsesGoAlongOrAlone) {
  auto from = web();
  tls_of(from).ocsp_stapling = true;
  auto to = from;
  to.certificates["www"].ocsp = "good";
  EXPECT_THAT(commands(from, to), Optional(ElementsAre("set ssl ocsp-response <<\nZ29vZA==\n")));
  to.certificates["www"].chain = "chain4\n";
  const auto path = kTls + "/stapled/www.pem";
  EXPECT_THAT(commands(from, to),
              Optional(ElementsAre("set ssl cert " + path + " <<\nchain4\nkey1\n",
                                   "set ssl cert " + path + ".ocsp <<\nZ29vZA==\n", "commit ssl cert " + path)));
}

TEST(Tls, AnAuthorityIsReplacedByCommands) {
  auto from = web();
  tls_of(from).client_certificates = model::ClientCertificates::kOptional;
  tls_of(from).client_authority = "office";
  auto to = from;
  to.certificates["office"].chain = "another\n";
  const auto path = kTls + "/authorities/office.pem";
  EXPECT_THAT(commands(from, to),
              Optional(ElementsAre("set ssl ca-file " + path + " <<\nanother\n", "commit ssl ca-file " + path)));
}

TEST(Tls, AWorkerThatIsFoundIsToldAll) {
  EXPECT_THAT(commands_to(web(), options().paths),
              testing::IsSupersetOf({
                  std::string("set ssl cert ") + kTls + "/plain/www.pem <<\nchain1\nkey1\n",
                  std::string("commit ssl cert ") + kTls + "/plain/www.pem",
              }));
}

TEST(Tls, AServiceWithoutItsCertificateIsNamed) {
  auto want = web();
  EXPECT_THAT(without_certificates(want), IsEmpty());
  want.certificates.erase("www");
  EXPECT_THAT(without_certificates(want), ElementsAre(Pair("Web", "there is no certificate www: add it again")));
}

TEST(Tls, WhatHaproxySaysOfCertificatesIsUnderstood) {
  for (const char* news :
       {"Transaction created for certificate /x.pem!\n\n", "transaction created for CA /o.pem!\n\n",
        "Committing /x.pem..\nSuccess!\n\n", "New empty certificate store '/x.pem'!\n\n",
        "Inserting certificate '/x.pem' in crt-list '/l'..\nSuccess!\n", "OCSP Response updated!\n\n",
        "Entry '/x.pem' deleted in crtlist '/l'!\n\n", "Certificate '/x.pem' deleted!\n"}) {
    EXPECT_EQ(objection(news), std::nullopt) << news;
  }
  EXPECT_THAT(objection("Can't update a certificate which is not referenced!\n"),
              Optional(HasSubstr("not referenced")));
  EXPECT_THAT(objection("certificate '/x.pem' in use, can't be deleted!\n"), Optional(HasSubstr("in use")));
}

TEST(Tls, AcmeIsAnsweredBeforeAllElse) {
  auto want = web();
  auto& service = want.services[0].configuration;
  service.ports = model::PortSet::parse("80").value();
  service.tls = {};
  service.force_https = true;
  EXPECT_THAT(render(want, options()), Not(HasSubstr("acme")));
  want.challenge = {.thumbprint = "THUMB", .addresses = {IpAddress::parse("10.0.0.40").value()}};
  const auto text = render(want, options());
  const std::string rule =
      "http-request return status 200 content-type text/plain lf-string \"%[path,field(4,/)].THUMB\" if { path -m reg "
      "^/[.]well-known/acme-challenge/[A-Za-z0-9_-]+$ }\n";
  EXPECT_THAT(text, AllOf(HasSubstr(rule), HasSubstr("frontend :acme-10.0.0.40\n    bind 10.0.0.40:80 transparent\n")));
  EXPECT_LT(text.find(rule), text.find("redirect location"));
}

TEST(Tls, WhoAnswersAcmeTakesAReload) {
  auto from = web();
  auto to = from;
  to.challenge = {.thumbprint = "THUMB", .addresses = {}};
  EXPECT_EQ(commands(from, to), std::nullopt);
  EXPECT_NE(structure_name(from, options()), structure_name(
                                                 [&] {
                                                   to.challenge.addresses = {IpAddress::parse("10.0.0.40").value()};
                                                   return to;
                                                 }(),
                                                 options()));
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy

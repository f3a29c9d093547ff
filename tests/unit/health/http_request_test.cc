#include "health/http_request.h"

#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

Target target_at(const char* address, uint16_t port) {
  Target target;
  target.address = *IpAddress::parse(address);
  target.port = port;
  target.check.type = model::HealthCheckType::kNegotiate;
  return target;
}

std::string host_of(const Target& target) {
  const std::string request = render_request(target);
  const size_t begin = request.find("Host: ") + 6;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

TEST(HttpRequest, IsOneGetThatClosesTheConnection) {
  Target target = target_at("10.0.0.1", 9191);
  target.check.request = "/api/health?a=b&c=d";
  EXPECT_EQ(render_request(target),
            "GET /api/health?a=b&c=d HTTP/1.1\r\nHost: 10.0.0.1:9191\r\nUser-Agent: Evenkeel\r\nAccept: */*\r\n"
            "Connection: close\r\n\r\n");
}

TEST(HttpRequest, HostIsTheVirtualHostOrTheAddress) {
  EXPECT_EQ(host_of(target_at("10.0.0.1", 80)), "10.0.0.1");
  EXPECT_EQ(host_of(target_at("2001:db8::1", 80)), "[2001:db8::1]");
  EXPECT_EQ(host_of(target_at("2001:db8::1", 9191)), "[2001:db8::1]:9191");
  Target tls = target_at("10.0.0.1", 443);
  tls.check.protocol = model::NegotiateProtocol::kHttps;
  EXPECT_EQ(host_of(tls), "10.0.0.1");
  tls.check.virtual_host = "papercut.example:8443";
  EXPECT_EQ(host_of(tls), "papercut.example:8443");
}

TEST(HttpRequest, CannotBeSplit) {
  Target target = target_at("10.0.0.1", 80);
  target.check.request = "/a b\r\nX-Evil: 1\r\n\r\nGET /second";
  target.check.virtual_host = "host\r\nX-Evil: 2";
  const std::string request = render_request(target);
  EXPECT_EQ(request.find("X-Evil: "), std::string::npos);
  EXPECT_EQ(request.find("\r\n\r\n"), request.size() - 4);
  EXPECT_TRUE(request.starts_with("GET /a%20b%0D%0AX-Evil:%201%0D%0A%0D%0AGET%20/second HTTP/1.1\r\n"));
}

TEST(HttpRequest, APathWithoutSlashGetsOne) {
  Target target = target_at("10.0.0.1", 80);
  target.check.request = "status";
  EXPECT_TRUE(render_request(target).starts_with("GET /status HTTP/1.1"));
}

TEST(ServerName, IsTheVirtualHostIfThatIsAName) {
  Target target = target_at("10.0.0.1", 443);
  EXPECT_EQ(server_name(target), "");
  for (const auto& [host, name] : {std::pair{"papercut.example", "papercut.example"},
                                   {"papercut.example:8443", "papercut.example"},
                                   {"10.0.0.1", ""},
                                   {"10.0.0.1:443", ""},
                                   {"2001:db8::1", ""},
                                   {"[2001:db8::1]:443", ""}}) {
    target.check.virtual_host = host;
    EXPECT_EQ(server_name(target), name) << host;
  }
}

}  // namespace
}  // namespace evenkeel::health

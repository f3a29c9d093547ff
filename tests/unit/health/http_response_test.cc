#include "health/http_response.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::health {
namespace {

using Progress = HttpResponse::Progress;

void feed_in_pieces(HttpResponse& response, std::string_view bytes, size_t size) {
  for (size_t at = 0; at < bytes.size(); at += size) response.feed(bytes.substr(at, size));
}

TEST(HttpResponse, IsReadTheSameInPiecesOfAnySize) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world";
  for (size_t size = 1; size <= answer.size(); ++size) {
    HttpResponse response;
    feed_in_pieces(response, answer, size);
    EXPECT_EQ(response.progress(), Progress::kComplete) << size;
    EXPECT_EQ(response.status(), 200);
    EXPECT_EQ(response.body(), "hello world");
  }
}

TEST(HttpResponse, ChunkedBodyIsPutTogether) {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: "
      "x\r\n\r\n";
  for (const size_t size : {1, 2, 3, 7, 1000}) {
    HttpResponse response;
    feed_in_pieces(response, answer, size);
    EXPECT_EQ(response.progress(), Progress::kComplete) << size;
    EXPECT_EQ(response.body(), "hello world");
  }
}

TEST(HttpResponse, WithoutALengthTheBodyEndsWithTheConnection) {
  HttpResponse response;
  EXPECT_EQ(response.feed("HTTP/1.0 200 OK\r\n\r\nall of it"), Progress::kBody);
  EXPECT_EQ(response.close(), Progress::kComplete);
  EXPECT_EQ(response.body(), "all of it");
}

TEST(HttpResponse, InterimAnswersArePassedOver) {
  HttpResponse response;
  response.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  EXPECT_EQ(response.progress(), Progress::kHeader);
  EXPECT_EQ(response.status(), 0);
  EXPECT_EQ(response.feed("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(response.status(), 503);
}

TEST(HttpResponse, EndlessInterimAnswersAreBrokenOff) {
  HttpResponse response;
  for (int i = 0; i < 100; ++i) response.feed("HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_EQ(response.progress(), Progress::kBroken);
}

TEST(HttpResponse, KeepsTheLocationOfARedirect) {
  HttpResponse response;
  response.feed("HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1:9191/user\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response.progress(), Progress::kComplete);
  EXPECT_EQ(response.location(), "http://10.0.0.1:9191/user");
}

TEST(HttpResponse, ABodyShorterThanItsLengthIsBroken) {
  HttpResponse response;
  EXPECT_EQ(response.feed("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), Progress::kBody);
  EXPECT_EQ(response.close(), Progress::kBroken);
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.body(), "short");
}

TEST(HttpResponse, BytesAfterTheBodyAreIgnored) {
  HttpResponse response;
  EXPECT_EQ(response.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKandmore"), Progress::kComplete);
  EXPECT_EQ(response.body(), "OK");
}

TEST(HttpResponse, ALongBodyIsCutAtTheLimit) {
  HttpResponse response;
  response.feed("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
  const std::string block(65536, 'x');
  for (int i = 0; i < 100 && response.needs_more(); ++i) response.feed(block);
  EXPECT_EQ(response.progress(), Progress::kTruncated);
  EXPECT_EQ(response.body().size(), HttpResponse::kBodyLimit);
}

TEST(HttpResponse, ALongChunkedBodyIsCutAtTheLimit) {
  HttpResponse response;
  response.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (int i = 0; i < 100 && response.needs_more(); ++i) response.feed(chunk);
  EXPECT_EQ(response.progress(), Progress::kTruncated);
  EXPECT_EQ(response.body().size(), HttpResponse::kBodyLimit);
}

TEST(HttpResponse, EndlessHeadersAreBrokenOff) {
  HttpResponse response;
  response.feed("HTTP/1.1 200 OK\r\n");
  int fed = 0;
  while (response.needs_more() && fed < 10000) {
    response.feed("X-Filler: " + std::string(100, 'x') + "\r\n");
    ++fed;
  }
  EXPECT_EQ(response.progress(), Progress::kBroken);
  EXPECT_LT(static_cast<size_t>(fed) * 112, HttpResponse::kHeaderLimit + 1000);
}

TEST(HttpResponse, AnEndlessChunkHeaderIsBrokenOff) {
  HttpResponse response;
  response.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;");
  for (int i = 0; i < 10000 && response.needs_more(); ++i) response.feed("extension=value;");
  EXPECT_EQ(response.progress(), Progress::kBroken);
}

TEST(HttpResponse, WhatIsNotHttpIsBroken) {
  const std::string answers[] = {"SSH-2.0-OpenSSH_9.2p1\r\n",
                                 "\x15\x03\x01\x00\x02\x02\x28",
                                 "HTTP/9.9 200 OK\r\n\r\n",
                                 "HTTP/1.1 xyz OK\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                                 "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                 std::string(100000, '\0')};
  for (const std::string& answer : answers) {
    HttpResponse response;
    response.feed(answer);
    response.close();
    EXPECT_EQ(response.progress(), Progress::kBroken) << answer.substr(0, 40);
    EXPECT_FALSE(response.problem().empty());
    EXPECT_EQ(response.beginning(), answer.substr(0, response.beginning().size()));
  }
}

TEST(HttpResponse, ClosedBeforeAnythingOrInTheHeaderIsBroken) {
  HttpResponse nothing;
  EXPECT_EQ(nothing.close(), Progress::kBroken);
  HttpResponse half;
  half.feed("HTTP/1.1 200 OK\r\nContent-");
  EXPECT_EQ(half.close(), Progress::kBroken);
  EXPECT_EQ(half.status(), 0);
}

}  // namespace
}  // namespace evenkeel::health

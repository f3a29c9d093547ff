#pragma once
// A long list as it is read: a page at a time, and the next one only when the client has taken the one before. Neither
// the whole list nor any large part of it is ever in memory.

#include <spdlog/spdlog.h>

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/http.h"
#include "api/query.h"
#include "api/reply.h"
#include "observed/connection.h"

namespace evenkeel::api {

enum class RowFormat {
  kJson,    // {"NAME": [row, row], "truncated": false}, with a line for each row
  kNdjson,  // a line for each row, and {"truncated": false} as the last one
};
// `format`: json or ndjson.
Result<RowFormat> parse_row_format(const Query& query);
const char* content_type_of(RowFormat format);

// What stands around the rows.
class RowText {
 public:
  RowText(RowFormat format, std::string_view name) : format_(format), name_(name) {}
  std::string head() const;
  void add(std::string& text, const boost::json::object& row);
  std::string tail(bool is_truncated) const;

 private:
  RowFormat format_;
  std::string name_;
  bool is_first_ = true;
};

template <class Row>
class RowStream final : public Stream {
 public:
  using Read = std::function<boost::asio::awaitable<Result<observed::Page<Row>>>(uint64_t position)>;
  using ToJson = std::function<boost::json::object(const Row&)>;

  // `first`: the page at position 0. No more than `limit` rows are given.
  RowStream(RowText text, size_t limit, observed::Page<Row> first, Read read, ToJson to_json)
      : text_(std::move(text)),
        left_(limit),
        page_(std::move(first)),
        read_(std::move(read)),
        to_json_(std::move(to_json)) {}

  boost::asio::awaitable<std::string> next() override {
    std::string text = std::exchange(has_begun_, true) ? "" : text_.head();
    while (!is_at_end_ && text.empty()) {
      if (!co_await fetch()) break;
      if (!is_at_end_) render(text);
    }
    if (!text.empty() || !is_at_end_ || std::exchange(has_ended_, true)) co_return text;
    co_return text_.tail(is_truncated_);
  }

  bool has_end() const override { return !has_failed_; }

 private:
  // False: it cannot be read.
  boost::asio::awaitable<bool> fetch() {
    if (!std::exchange(is_first_fetch_, false)) {
      if (!page_.next || is_truncated_) {
        is_at_end_ = true;
        co_return true;
      }
      auto page = co_await read_(*page_.next);
      if (!page) {
        spdlog::warn("api: a list breaks off: {}", to_string(page.error()));
        has_failed_ = true;
        co_return false;
      }
      page_ = std::move(*page);
    }
    co_return true;
  }

  void render(std::string& text) {
    for (const Row& row : page_.rows) {
      if (left_ == 0) {
        is_truncated_ = true;
        break;
      }
      --left_;
      text_.add(text, to_json_(row));
    }
    page_.rows.clear();
  }

  RowText text_;
  size_t left_;
  observed::Page<Row> page_;
  Read read_;
  ToJson to_json_;
  bool has_begun_ = false, is_first_fetch_ = true, is_at_end_ = false, has_ended_ = false;
  bool is_truncated_ = false, has_failed_ = false;
};

// The first page is read before anything is answered, so that an error still is one.
template <class Row>
boost::asio::awaitable<Response> reply_with_rows(RowFormat format, std::string name, size_t limit,
                                                 typename RowStream<Row>::Read read,
                                                 typename RowStream<Row>::ToJson to_json) {
  auto first = co_await read(0);
  if (!first) co_return refuse(first.error());
  Response response;
  response.content_type = content_type_of(format);
  response.stream = std::make_shared<RowStream<Row>>(RowText(format, name), limit, std::move(*first), std::move(read),
                                                     std::move(to_json));
  co_return response;
}

}  // namespace evenkeel::api

#pragma once
// One list of what both layers have: first the rows of layer 4, then those of layer 7.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <utility>

#include "base/result.h"
#include "observed/connection.h"

namespace evenkeel::api {

enum class Layers { kBoth, kLayer4, kLayer7 };

template <class Row>
using ReadPage = std::function<boost::asio::awaitable<Result<observed::Page<Row>>>(uint64_t position)>;

namespace detail {

constexpr uint64_t kLayer7Begins = uint64_t{1} << 63;  // no position of the tables of layer 4

template <class Row>
boost::asio::awaitable<Result<observed::Page<Row>>> read_either(ReadPage<Row> layer4, ReadPage<Row> layer7,
                                                                uint64_t position) {
  const bool is_layer7 = position >= kLayer7Begins;
  auto page = is_layer7 ? co_await layer7(position) : co_await layer4(position);
  if (page && (!is_layer7 || page->next)) page->next = is_layer7 ? kLayer7Begins : page->next.value_or(kLayer7Begins);
  co_return page;
}

}  // namespace detail

template <class Row>
ReadPage<Row> read_layers(Layers layers, ReadPage<Row> layer4, ReadPage<Row> layer7) {
  if (layers == Layers::kLayer4) return layer4;
  if (layers == Layers::kLayer7) return layer7;
  return [layer4 = std::move(layer4), layer7 = std::move(layer7)](uint64_t position) {
    return detail::read_either<Row>(layer4, layer7, position);
  };
}

}  // namespace evenkeel::api

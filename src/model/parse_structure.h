#pragma once
// An object of the configuration from JSON, by its field table. For what model/json.h and model/layer7_json.h offer.

#include <expected>
#include <utility>
#include <vector>

#include "model/field.h"
#include "model/json.h"

namespace evenkeel::model {

template <class S>
Parsed<S> parse_structure(const boost::json::value& document) {
  std::vector<Problem> problems;
  S result;
  table<S>().parse(document, &result, Place(problems));
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return result;
}

}  // namespace evenkeel::model

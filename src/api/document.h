#pragma once
// Edits on the JSON of the configuration, before it is parsed. Pure functions.

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/problem.h"

namespace evenkeel::api {

// JSON or a problem with line and column.
std::expected<boost::json::value, model::Problem> parse_json(std::string_view text);

// RFC 7396.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

// Whoever reads the configuration gets masked secrets and may send them back as they are: wherever `incoming` equals
// the masked form of what is stored, it becomes the stored. `masked` and `plain` are two forms of one document;
// elements of arrays are recognised by their "label".
void restore_secrets(boost::json::value& incoming, const boost::json::value& masked, const boost::json::value& plain);

// Texts that still hold a mask where a secret belongs. `path` is that of `document`.
std::vector<model::Problem> find_masks(const boost::json::value& document, std::string path);

}  // namespace evenkeel::api

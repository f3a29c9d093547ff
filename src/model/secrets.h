#pragma once
// Finds the keys in a text: what stands after "Authorization=", "token=", "password: " and their like.

#include <string_view>

namespace evenkeel::model {

inline constexpr std::string_view kMask = "****";

// What is called so is a secret: "Authorization", "req.fhdr(X-Api-Key)".
bool names_secret(std::string_view name);

// True when one of the keys in the text is only a mask: somebody sent back what had been shown.
bool has_masked_secret(std::string_view text);

}  // namespace evenkeel::model

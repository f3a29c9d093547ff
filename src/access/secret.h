#pragma once
// Texts that nobody can guess, and what is kept in their place.

#include <cstddef>
#include <string>
#include <string_view>

namespace evenkeel::access {

// So many random bytes from the kernel, as base64 for URLs without padding.
std::string random_text(size_t bytes);

// SHA-256 of it, in the same form: enough to know it again, no use to who reads the store. For random texts only.
std::string fingerprint(std::string_view secret);

// Takes the same time wherever they differ.
bool is_same_secret(std::string_view left, std::string_view right);

// Belongs to one session and says nothing about its token: what a page of another origin cannot know.
std::string csrf_token_of(std::string_view session_token);

}  // namespace evenkeel::access

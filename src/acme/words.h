#pragma once
// What uacme says, as one sentence for people. Pure; bounded.

#include <string>
#include <string_view>

namespace evenkeel::acme {

// The ACME server's own words where it has said any, else what uacme or the hook complained of. Never empty.
std::string failure_words(std::string_view output);

// uacme takes it for a failure that there is an account already.
bool has_account(std::string_view output);

}  // namespace evenkeel::acme

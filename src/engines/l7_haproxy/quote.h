#pragma once
// Texts of the configuration as single words of HAProxy's file. Whatever stands in them, they remain one word of one
// line: this does not rely on what the model lets in.

#include <string>
#include <string_view>

namespace evenkeel::engines::l7_haproxy {

// As it is where nothing in it has a meaning, else between single quotes. What is not printable ASCII is left out.
std::string word(std::string_view text);

// The same, where HAProxy would look for its own "%[...]" in it: it finds none.
std::string literal(std::string_view text);

}  // namespace evenkeel::engines::l7_haproxy

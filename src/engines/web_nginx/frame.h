#pragma once
// What the configurations of all our nginx processes have in common.

#include <string>
#include <string_view>

#include "base/result.h"
#include "engines/web_nginx/paths.h"

namespace evenkeel::engines::web_nginx {

// The whole file. `http`: the lines within its http block. The file has a name, made of all that is in it, which its
// workers tell: so a reload is known to have succeeded.
std::string render_file(const Paths& paths, std::string_view http);
std::string file_name(const Paths& paths, std::string_view http);

// As one word of a configuration file. kInvalidArgument: it has characters that would mean something to nginx.
Result<std::string> quoted_path(const std::string& path);

}  // namespace evenkeel::engines::web_nginx

#include "engines/web_nginx/frame.h"

#include <fmt/format.h>

#include <functional>

namespace evenkeel::engines::web_nginx {
namespace {

// The error log of requests is off: its lines would carry what stands in addresses. What became of a request is in the
// access log.
std::string render(const Paths& paths, std::string_view http, std::string_view name) {
  return fmt::format(
      R"(# Written by evenkeeld, which replaces it at every change.
user www-data;
worker_processes 2;
worker_rlimit_nofile 16384;
# An old worker ends when its last answer is given, at the latest then.
worker_shutdown_timeout 1h;
pid "{pid}";
error_log "{error_log}" warn;

events {{
    worker_connections 8192;
}}

http {{
    server_tokens off;
    error_log "{error_log}" emerg;
    log_format evenkeel escape=json
        '{{"at":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$uri",'
        '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time}}';
    access_log "{access_log}" evenkeel;
    client_body_temp_path "{temporary}/body";
    proxy_temp_path "{temporary}/proxy";
    fastcgi_temp_path "{temporary}/fastcgi";
    uwsgi_temp_path "{temporary}/uwsgi";
    scgi_temp_path "{temporary}/scgi";

    # For evenkeeld alone: which file is in force.
    server {{
        listen "unix:{control}";
        access_log off;
        location / {{
            return 200 "{name}";
        }}
    }}
{http}}}
)",
      fmt::arg("pid", paths.nginx_pid()), fmt::arg("error_log", paths.error_log()),
      fmt::arg("access_log", paths.access_log()), fmt::arg("temporary", paths.temporary()),
      fmt::arg("control", paths.control_socket()), fmt::arg("name", name), fmt::arg("http", http));
}

}  // namespace

std::string file_name(const Paths& paths, std::string_view http) {
  return fmt::format("evenkeel-{:016x}", std::hash<std::string>()(render(paths, http, "")));
}

std::string render_file(const Paths& paths, std::string_view http) {
  return render(paths, http, file_name(paths, http));
}

Result<std::string> quoted_path(const std::string& path) {
  constexpr std::string_view kForbidden = "\"\\$;{}#'\n\r";
  const bool is_plain = path.find_first_of(kForbidden) == std::string::npos;
  if (is_plain && path.starts_with('/')) return fmt::format("\"{}\"", path);
  return fail(ErrorCode::kInvalidArgument,
              R"(nginx cannot be given this path: it must begin with / and have none of " \ $ ; { } # ')", path);
}

}  // namespace evenkeel::engines::web_nginx

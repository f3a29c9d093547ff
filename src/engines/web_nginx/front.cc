#include "engines/web_nginx/front.h"

#include <fmt/format.h>

#include <string_view>

namespace evenkeel::engines::web_nginx {
namespace {

// Everything that a browser may do here, in every answer. nginx forgets what stands outside a location as soon as there
// is one header inside.
constexpr std::string_view kSecurityHeaders =
    R"(add_header Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'" always;
{0}add_header Strict-Transport-Security "max-age=31536000" always;
{0}add_header X-Content-Type-Options nosniff always;
{0}add_header Referrer-Policy no-referrer always;
{0}add_header Cross-Origin-Opener-Policy same-origin always;
{0}add_header Cross-Origin-Resource-Policy same-origin always;
)";

std::string security_headers(std::string_view indentation) {
  return fmt::format(fmt::runtime(kSecurityHeaders), indentation);
}

constexpr std::string_view kHttp = R"(
    types {
        text/html html;
        text/css css;
        text/javascript js mjs;
        application/json json map;
        application/yaml yaml;
        application/manifest+json webmanifest;
        image/svg+xml svg;
        image/png png;
        image/jpeg jpg jpeg;
        image/x-icon ico;
        font/woff2 woff2;
        text/plain txt;
    }
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css text/plain text/javascript;

    # What one client may ask for, and how fast. Guessing passwords is slower.
    map "$request_method $uri" $signing_in {
        default "";
        "~^POST /api/v1/session/?$" $binary_remote_addr;
    }
    limit_req_zone $binary_remote_addr zone=requests:4m rate=100r/s;
    limit_req_zone $signing_in zone=sign_in:4m rate=1r/s;
    limit_conn_zone $binary_remote_addr zone=connections:4m;
    limit_req_status 429;
    limit_conn_status 429;

    # A client that is slow, or sends too much, is not waited for.
    client_header_timeout 10s;
    client_body_timeout 10s;
    send_timeout 30s;
    keepalive_timeout 75s;
    reset_timedout_connection on;
    client_max_body_size 16m;
    client_body_buffer_size 128k;
    large_client_header_buffers 4 8k;

    gzip_static on;
    gzip on;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_types text/css text/javascript text/plain application/json application/x-ndjson image/svg+xml;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:tls:4m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
)";

// nginx sets what the daemon must be able to believe; whatever a client says about itself is replaced.
constexpr std::string_view kProxy = R"(            proxy_pass http://evenkeeld;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Real-IP "";
            proxy_set_header Forwarded "";
            proxy_next_upstream off;
            proxy_max_temp_file_size 0;
)";

std::string error(std::string_view name, int status, std::string_view code, std::string_view message) {
  return fmt::format(
      "        location @{} {{\n"
      "            default_type application/json;\n"
      "            return {} '{{\"error\":{{\"code\":\"{}\",\"message\":\"{}\",\"problems\":[]}}}}';\n"
      "        }}\n",
      name, status, code, message);
}

std::string api() {
  std::string text = "        # The API, with errors in its own form.\n        location /api/ {\n";
  text += kProxy;
  text +=
      "            proxy_connect_timeout 5s;\n"
      "            proxy_read_timeout 120s;\n"
      "            limit_req zone=requests burst=300 nodelay;\n"
      "            limit_req zone=sign_in burst=10 nodelay;\n"
      "            limit_conn connections 512;\n"
      "            error_page 413 = @too_large;\n"
      "            error_page 429 = @too_many;\n"
      "            error_page 502 504 = @no_answer;\n"
      "        }\n";
  text +=
      "        # What happens, as it happens: nothing is held back.\n        location ~ "
      "^/api/v1/(events|logs/[^/]+/(stream|live))$ {\n";
  text += kProxy;
  text +=
      "            proxy_connect_timeout 5s;\n"
      "            proxy_read_timeout 1h;\n"
      "            proxy_buffering off;\n"
      "            gzip off;\n"
      "            limit_req zone=requests burst=300 nodelay;\n"
      "            limit_conn connections 512;\n"
      "            error_page 429 = @too_many;\n"
      "            error_page 502 504 = @no_answer;\n"
      "        }\n";
  text += error("too_large", 413, "invalid_argument", "a request may have 16 MB at most");
  text += error("too_many", 429, "resource_exhausted", "too many requests: wait a moment and try again");
  text += error("no_answer", 503, "unavailable", "evenkeeld does not answer: it may be starting again");
  return text;
}

std::string pages(const Front& front) {
  return fmt::format(R"(        # The pages. Whatever is no file is a view of the application's own.
        root "{0}";
        location = / {{
            return 302 /lbadmin/;
        }}
        location = /lbadmin {{
            return 302 /lbadmin/;
        }}
        location /lbadmin/ {{
            try_files $uri /lbadmin/index.html =404;
            add_header Cache-Control no-cache always;
            {1}        }}
        # Their names change with what is in them.
        location /lbadmin/assets/ {{
            try_files $uri =404;
            add_header Cache-Control "public, max-age=31536000, immutable";
            {1}        }}
        location / {{
            return 404;
        }}
)",
                     front.site, security_headers("            "));
}

// The token is the question's: whoever asks gets an answer that is of use to the account's owner alone.
std::string acme(const Front& front) {
  if (front.acme_thumbprint.empty()) return {};
  return fmt::format(
      "        # Answers ACME's HTTP-01.\n"
      "        location ~ \"^/[.]well-known/acme-challenge/([A-Za-z0-9_-]+)$\" {{\n"
      "            default_type text/plain;\n"
      "            return 200 \"$1.{}\";\n"
      "        }}\n",
      front.acme_thumbprint);
}

std::string plain_server(const Front& front) {
  std::string text = "    server {\n";
  for (const auto& endpoint : front.addresses) {
    text += fmt::format("        listen {};\n", Endpoint{endpoint.address, front.plain_port}.to_string());
  }
  text += acme(front);
  text +=
      fmt::format("        location / {{\n            return 301 https://$host:{}$request_uri;\n        }}\n    }}\n",
                  front.addresses.front().port);
  return text;
}

}  // namespace

std::string render_front(const Front& front) {
  std::string text(kHttp);
  text += fmt::format("\n    upstream evenkeeld {{\n        server \"unix:{}\";\n        keepalive 16;\n    }}\n\n",
                      front.upstream);
  text += "    server {\n";
  for (const auto& endpoint : front.addresses)
    text += fmt::format("        listen {} ssl http2;\n", endpoint.to_string());
  text += fmt::format("        # {}\n", front.fingerprints);
  text += fmt::format("        ssl_certificate \"{0}\";\n        ssl_certificate_key \"{0}\";\n", front.certificate);
  text += "        absolute_redirect off;\n        " + security_headers("        ");
  text += pages(front) + api() + "    }\n";
  if (front.plain_port != 0) text += plain_server(front);
  return text;
}

}  // namespace evenkeel::engines::web_nginx

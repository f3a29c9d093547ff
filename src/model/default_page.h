#pragma once
// What clients see while no real server takes them, where nobody has given another page.

#include <string_view>

namespace evenkeel::model {

inline constexpr std::string_view kDefaultPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Temporarily unavailable</title>
<style>
  :root { --paper: #f6f7f9; --card: #ffffff; --ink: #1c2430; --quiet: #4c5868; --line: #d8dde5; --accent: #1f6f8b; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #12161c; --card: #1b212a; --ink: #eef1f5; --quiet: #b3bdca; --line: #303947; --accent: #6fc3df; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper);
         color: var(--ink); font: 1rem/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  main { max-width: 34rem; padding: 2.5rem; background: var(--card); border: 1px solid var(--line);
         border-top: 4px solid var(--accent); border-radius: .5rem; }
  h1 { margin: 0 0 .75rem; font-size: 1.6rem; line-height: 1.25; }
  p { margin: 0 0 .75rem; color: var(--quiet); }
  p:last-child { margin-bottom: 0; }
</style>
</head>
<body>
<main>
  <h1>This service is temporarily unavailable</h1>
  <p>Nothing is wrong with your computer, and nothing that you need to do: the servers behind this address do not take
     connections at the moment.</p>
  <p>Please try again in a minute.</p>
</main>
</body>
</html>
)";

}  // namespace evenkeel::model

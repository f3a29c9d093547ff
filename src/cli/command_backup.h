#pragma once

namespace CLI {
class App;
}

namespace evenkeel::cli {

class Session;

// backup, restore.
void add_backup_commands(CLI::App& app, Session& session);

}  // namespace evenkeel::cli

#pragma once
// The commands of `evenkeel`, one function each or per group. Each adds its subcommand, and on use sets the session's
// action.

namespace CLI {
class App;
}

namespace evenkeel::cli {

class Session;

void add_status_command(CLI::App& app, Session& session);
void add_virtual_service_commands(CLI::App& app, Session& session);
void add_layer7_service_commands(CLI::App& app, Session& session);
void add_real_server_commands(CLI::App& app, Session& session);
void add_layer7_server_commands(CLI::App& app, Session& session);
void add_layer7_commands(CLI::App& app, Session& session);
// Within "real-server": drain, halt, online.
void add_operator_commands(CLI::App& group, Session& session);
void add_certificate_commands(CLI::App& app, Session& session);
void add_apply_command(CLI::App& app, Session& session);
void add_configuration_command(CLI::App& app, Session& session);
void add_schema_command(CLI::App& app, Session& session);
void add_revisions_commands(CLI::App& app, Session& session);
void add_confirmation_commands(CLI::App& app, Session& session);
void add_statistics_command(CLI::App& app, Session& session);
void add_connections_command(CLI::App& app, Session& session);
void add_persistence_commands(CLI::App& app, Session& session);
void add_traffic_command(CLI::App& app, Session& session);
void add_reasons_command(CLI::App& app, Session& session);
void add_source_ports_command(CLI::App& app, Session& session);
void add_counters_command(CLI::App& app, Session& session);
void add_events_command(CLI::App& app, Session& session);
void add_logs_commands(CLI::App& app, Session& session);
void add_doctor_commands(CLI::App& app, Session& session);
void add_alerts_commands(CLI::App& app, Session& session);
void add_engines_commands(CLI::App& app, Session& session);
void add_fallback_page_commands(CLI::App& app, Session& session);
void add_web_commands(CLI::App& app, Session& session);
void add_access_commands(CLI::App& app, Session& session);
void add_explain_command(CLI::App& app, Session& session);

}  // namespace evenkeel::cli

#pragma once
// The handlers that routes.cc names: one file per family. `Service`: model::VirtualService or model::Layer7Service.

#include "api/route.h"

namespace evenkeel::api {

using Answer = boost::asio::awaitable<Response>;

Answer get_status(Call& call);  // status.cc
template <class Service>
Answer get_status_of_service(Call& call);
Answer get_counters(Call& call);
Answer get_traffic(Call& call);
Answer get_reasons(Call& call);
Answer get_system(Call& call);  // statistics.cc
Answer get_statistics(Call& call);
Answer get_configuration(Call& call);  // configuration.cc
Answer put_configuration(Call& call);
Answer patch_configuration(Call& call);
Answer get_schema(Call& call);
Answer get_fields(Call& call);
Answer get_openapi(Call& call);  // openapi.cc
template <class Service>
Answer get_virtual_services(Call& call);  // virtual_services.cc
template <class Service>
Answer get_virtual_service(Call& call);
template <class Service>
Answer post_virtual_service(Call& call);
template <class Service>
Answer patch_virtual_service(Call& call);
template <class Service>
Answer delete_virtual_service(Call& call);
template <class Service>
Answer duplicate_virtual_service(Call& call);
template <class Service>
Answer post_real_server(Call& call);  // real_servers.cc
template <class Service>
Answer patch_real_server(Call& call);
template <class Service>
Answer delete_real_server(Call& call);
Answer bring_online(Call& call);  // operator_actions.cc
Answer drain(Call& call);
Answer halt(Call& call);
Answer fail_back(Call& call);
Answer get_revisions(Call& call);  // revisions.cc
Answer get_revision(Call& call);
Answer get_revision_diff(Call& call);
Answer restore_revision(Call& call);
Answer get_confirmation(Call& call);  // confirmation.cc
Answer confirm(Call& call);
Answer revert(Call& call);
Answer post_backup(Call& call);  // backup.cc
Answer post_restore(Call& call);
Answer get_connections(Call& call);  // connections.cc
Answer get_source_ports(Call& call);
Answer get_explanation(Call& call);
Answer get_arp_diagnosis(Call& call);  // doctor.cc
Answer get_arp_script(Call& call);
Answer get_persistence(Call& call);  // persistence.cc
Answer delete_persistence(Call& call);
Answer get_real_server_health(Call& call);  // health.cc
Answer test_real_server(Call& call);
Answer post_session(Call& call);  // session.cc
Answer get_session(Call& call);
Answer delete_session(Call& call);
Answer get_users(Call& call);  // users.cc
Answer get_user(Call& call);
Answer post_user(Call& call);
Answer patch_user(Call& call);
Answer delete_user(Call& call);
Answer post_password(Call& call);
Answer post_totp(Call& call);
Answer delete_totp(Call& call);
Answer get_tokens(Call& call);  // tokens.cc
Answer post_token(Call& call);
Answer delete_token(Call& call);
Answer get_audit(Call& call);
Answer get_certificates(Call& call);  // certificates.cc
Answer get_certificate(Call& call);
Answer post_certificate(Call& call);
Answer put_certificate(Call& call);
Answer post_self_signed(Call& call);
Answer post_certificate_request(Call& call);
Answer post_acme(Call& call);
Answer renew_certificate(Call& call);
Answer delete_certificate(Call& call);
Answer get_events(Call& call);   // events.cc
Answer test_alerts(Call& call);  // alerts.cc
Answer get_engines(Call& call);  // engines.cc
Answer get_engine_configuration(Call& call);
Answer restart_engine(Call& call);
Answer get_fallback_page(Call& call);  // fallback_page.cc
Answer put_fallback_page(Call& call);
template <class Service>
Answer get_own_fallback_page(Call& call);
template <class Service>
Answer put_own_fallback_page(Call& call);
Answer post_udp_companion(Call& call);  // udp_companion.cc
Answer get_web(Call& call);             // web.cc
Answer put_web_certificate(Call& call);
Answer get_events(Call& call);     // events.cc
Answer test_alerts(Call& call);    // alerts.cc
Answer get_proxy_log(Call& call);  // proxy_log.cc
Answer follow_proxy_log(Call& call);
Answer get_logs(Call& call);  // logs.cc
Answer get_log(Call& call);
Answer follow_log(Call& call);
Answer get_proxy_workers(Call& call);  // layer7.cc

}  // namespace evenkeel::api

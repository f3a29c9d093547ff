#include "model/alerts.h"

#include "model/kinds.h"

namespace evenkeel::model {

template <>
const Table& table<EmailAlerts>() {
  static const Table table = make_table<EmailAlerts>(
      "email_alerts", "By which mail server alerts are sent, and to whom.",
      field<&EmailAlerts::smarthost>({.name = "smarthost",
                                      .help = "The mail server that takes the alerts, such as smtp.example. Empty "
                                              "means that no mails are sent."},
                                     mail_server()),
      field<&EmailAlerts::port>(
          {.name = "port",
           .help = "The mail server's port. null means what its security usually has: 587 with starttls, 465 with tls, "
                   "25 with none."},
          optional(integer<uint16_t>(1, 65535))),
      field<&EmailAlerts::security>({.name = "security", .help = "How the way to the mail server is secured."},
                                    choice<MailSecurity>()),
      field<&EmailAlerts::verify_certificate>(
          {.name = "verify_certificate",
           .help = "Whether the mail server's certificate must be valid, in its name, and from an authority that this "
                   "machine trusts."},
          boolean()),
      field<&EmailAlerts::login>({.name = "login", .help = "The user name for the mail server. Empty means none."},
                                 plain_text(256)),
      field<&EmailAlerts::password>(
          {.name = "password", .help = "The password for the mail server.", .shown = Shown::kMasked}, secret_text()),
      field<&EmailAlerts::from>({.name = "from", .help = "Whom the mails are from, such as evenkeel@print.example."},
                                mail_address()),
      field<&EmailAlerts::to>({.name = "to", .help = "Who gets the mails: addresses, separated by commas."},
                              mail_addresses()));
  return table;
}

template <>
const Table& table<WebhookAlerts>() {
  static const Table table = make_table<WebhookAlerts>(
      "webhook_alerts", "The HTTP server that is told alerts, as JSON.",
      field<&WebhookAlerts::url>(
          {.name = "url",
           .help = "Where to POST the alerts, such as https://hooks.example/evenkeel. Empty means nowhere. Only its "
                   "scheme and server are shown: the rest is often a key.",
           .shown = Shown::kMasked},
          web_address()),
      field<&WebhookAlerts::bearer>(
          {.name = "bearer",
           .help = "A key that is sent along, as \"Authorization: Bearer ...\". Empty means none.",
           .shown = Shown::kMasked},
          secret_text()),
      field<&WebhookAlerts::verify_certificate>(
          {.name = "verify_certificate",
           .help = "Whether the server's certificate must be valid, in its name, and from an authority that this "
                   "machine trusts."},
          boolean()));
  return table;
}

template <>
const Table& table<Alerts>() {
  static const Table table = make_table<Alerts>(
      "alerts", "Who is told what happens, and how often.",
      field<&Alerts::minimum_severity>({.name = "minimum_severity", .help = "What is worth an alert."},
                                       choice<Severity>()),
      field<&Alerts::gather>(
          {.name = "gather",
           .help = "How long after something has happened the alert is sent, with everything that came meanwhile.",
           .unit = "seconds"},
          integer<std::chrono::seconds>(0, 300)),
      field<&Alerts::interval>({.name = "interval",
                                .help = "How much time there is at least between two alerts: what happens meanwhile is "
                                        "gathered for the next one.",
                                .unit = "seconds"},
                               integer<std::chrono::seconds>(0, 86400)),
      field<&Alerts::email>({.name = "email", .help = "Who gets alerts by e-mail, and by which mail server."},
                            structure<EmailAlerts>()),
      field<&Alerts::webhook>({.name = "webhook", .help = "The HTTP server that is sent alerts, if any."},
                              structure<WebhookAlerts>()));
  return table;
}

}  // namespace evenkeel::model

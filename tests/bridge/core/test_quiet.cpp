// SPDX-License-Identifier: BSD-3-Clause
// Nothing is printed but a misspelled table, and neither errno, locale, signals nor OpenMP's threads change.
#include <fcntl.h>
#include <locale.h>
#include <omp.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "model.hpp"

// Both standard streams, into a file while this lives.
class Redirected {
 public:
  Redirected() : path_(folder() / "streams"), out_(dup(1)), error_(dup(2)) {
    const int file = open(path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    dup2(file, 1);
    dup2(file, 2);
    close(file);
  }
  ~Redirected() {
    std::fflush(nullptr);
    dup2(out_, 1);
    dup2(error_, 2);
  }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  std::string path_;
  int out_, error_;
};

static void good_and_bad_calls() {
  {
    const Scheme scheme(shadow(write_emulator(column_card)) + "record.path = \"" +
                        folder() / "fail-append.nc" + "\"\nrecord.replace = true");
    scheme.step(1, "2000-01-01");
    Model model(20);
    model.blocks(scheme, 7);
    const Call open(scheme, 3);
    hyb_domain_step(scheme.domain.handle, 2, nullptr, 0);
    hyb_call_close(&open.handle);
    const char *json;
    hyb_domain_statistics(scheme.domain.handle, &json);
  }
  hyb_domain *domain;
  hyb_domain_create("absent.toml", nullptr, nullptr, &domain);
  hyb_domain_create_text("a = [", nullptr, nullptr, &domain);
  hyb_emulator *emulator;
  hyb_emulator_open(write_emulator("{}").c_str(), nullptr, &emulator);
}

static void nothing_is_printed() {
  std::string text;
  {
    const Redirected streams;
    good_and_bad_calls();
    std::fflush(nullptr);
    text = streams.text();
  }
  CHECK_EQ(text, "");
}

// Of a table whose name is misspelled, or nobody would know that its scheme runs natively.
static std::string printed_with(const std::string &tables, const hyb_host *host) {
  std::string text;
  {
    const Redirected streams;
    hyb_domain *domain;
    hyb_scheme *scheme;
    hyb_domain_create_text(tables.c_str(), nullptr, host, &domain);
    hyb_scheme_create(domain, "radiation", HYB_TOP_DOWN, &scheme);
    for (int64_t step = 1; step <= 3; ++step) hyb_domain_step(domain, step, nullptr, 0);
    hyb_scheme_destroy(scheme);
    hyb_domain_destroy(domain);
    std::fflush(nullptr);
    text = streams.text();
  }
  return text;
}

static void a_misspelled_table_is_shown() {
  const std::string misspelled = "[scheme.radation]\nmode = \"native\"\n";
  const std::string text = printed_with(misspelled, nullptr);
  CHECK_HAS(text.c_str(), "pyhybrid: warning: [scheme.radation] in the configuration: expected a "
                          "scheme of the host, 'radiation', found one that it did not create; did "
                          "you mean 'radiation'?");
  CHECK_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  hyb_host host{};
  host.size = sizeof host;
  host.log = [](int32_t, const char *, void *) {};
  CHECK_EQ(printed_with(misspelled, &host), "");
  CHECK_EQ(printed_with("[scheme.radiation]\nmode = \"native\"\n" + misspelled, nullptr), "");
  CHECK_EQ(printed_with("", nullptr), "");
}

static void the_locale_stays_and_does_not_matter() {
  const std::string before = setlocale(LC_ALL, nullptr);
  good_and_bad_calls();
  CHECK_EQ(before, setlocale(LC_ALL, nullptr));
}

static void signals_stay() {
  struct sigaction before[32], after[32];
  for (int i = 1; i < 32; ++i) sigaction(i, nullptr, &before[i]);
  good_and_bad_calls();
  for (int i = 1; i < 32; ++i) {
    sigaction(i, nullptr, &after[i]);
    CHECK(before[i].sa_handler == after[i].sa_handler);
  }
}

static void threads_of_openmp_stay() {
  omp_set_num_threads(3);
  good_and_bad_calls();
  CHECK_EQ(omp_get_max_threads(), 3);
}

static void errno_stays_in_the_hot_path() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model model(20);
  model.block(scheme, 1, 20);
  errno = 4711;
  model.block(scheme, 1, 20);
  CHECK_EQ(errno, 4711);
}

static void messages_belong_to_their_thread() {
  const std::string before = hyb_last_error();
  hyb_domain *domain;
  hyb_domain_create("absent.toml", nullptr, nullptr, &domain);
  CHECK_HAS(hyb_last_error(), "absent.toml");
#pragma omp parallel num_threads(4)
  if (omp_get_thread_num() != 0 && hyb_last_error()[0] != '\0')
#pragma omp critical
    CHECK_EQ(std::string(hyb_last_error()), "");
}

int main() {
  messages_belong_to_their_thread();
  nothing_is_printed();
  a_misspelled_table_is_shown();
  the_locale_stays_and_does_not_matter();
  signals_stay();
  threads_of_openmp_stay();
  errno_stays_in_the_hot_path();
  return check_failures();
}

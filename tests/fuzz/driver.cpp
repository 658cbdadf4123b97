// Feeds a fuzzer for some seconds with changed seeds, and keeps the input that breaks it.
// usage: fuzz_X [--seconds S] [--seed N] [FILE...]   files are further seeds
//        fuzz_X --once FILE...                        only these, unchanged
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <new>
#include <set>
#include <sstream>

#include "fuzz.h"
#include "mutate.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace ridge::fuzz {

namespace {

constexpr int kMostSeconds = 5;           // of processor time, for one input
constexpr long kMostKiB = long{2} << 20;  // of memory, for all of them
constexpr size_t kLargestCorpus = 3000;

/// What a signal handler may look at: the input that is being tried and where to keep it.
std::array<char, 512> keepPath{};
const std::string* current = nullptr;
std::set<size_t> outcomes;
bool outcomeIsNew = false;

void say(const char* text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

/// Async-signal-safe.
void keepInput() {
  if (!current) return;
  const int file = ::open(keepPath.data(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return say("the input cannot be kept\n");
  size_t done = 0;
  while (done < current->size()) {
    const ssize_t written = ::write(file, current->data() + done, current->size() - done);
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  ::close(file);
  say("the input is in ");
  say(keepPath.data());
  say("\n");
  current = nullptr;
}

void onSignal(int signal) {
  say(signal == SIGPROF || signal == SIGALRM ? "finding: one input takes more than 5 seconds\n"
                                             : "finding: a signal\n");
  keepInput();
  ::_exit(77);
}

void installHandlers() {
  // An address sanitizer reports these itself and calls back.
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(keepInput);
#else
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, onSignal);
#endif
  std::signal(SIGPROF, onSignal);
  std::signal(SIGALRM, onSignal);
}

void limitTime(int seconds) {
  const itimerval time{{0, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &time, nullptr);
  alarm(static_cast<unsigned>(seconds) * 12);  // one that waits for ever uses no processor
}

long peakKiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

[[noreturn]] void fail(const std::string& sentence) {
  std::cerr << "finding: " << sentence << "\n";
  keepInput();
  std::_Exit(1);
}

void tryInput(const std::string& input) {
  current = &input;
  limitTime(kMostSeconds);
  try {
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  } catch (const std::exception& error) {
    fail(error.what());
  }
  limitTime(0);
  if (peakKiB() > kMostKiB) fail("more than 2 GiB of memory");
  current = nullptr;
}

struct Settings {
  double seconds = 1;
  uint64_t seed = 1;
  bool once = false;
  std::vector<std::string> files;
};

bool number(const char* text, auto& value) {
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, value);
  return read.ec == std::errc() && read.ptr == end;
}

bool read(int argc, char** argv, Settings& settings) {
  for (int at = 1; at < argc; ++at) {
    const std::string_view flag = argv[at];
    if (flag == "--once")
      settings.once = true;
    else if (flag == "--seconds" || flag == "--seed") {
      if (++at == argc ||
          !(flag == "--seed" ? number(argv[at], settings.seed) : number(argv[at], settings.seconds)))
        return false;
    } else if (flag.starts_with("-"))
      return false;
    else
      settings.files.emplace_back(flag);
  }
  return true;
}

void explore(std::vector<std::string> corpus, const Settings& settings) {
  std::mt19937_64 random(settings.seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(settings.seconds);
  int64_t tried = 0;
  for (; std::chrono::steady_clock::now() < end; ++tried) {
    std::string input = corpus[random() % corpus.size()];
    mutate(input, corpus[random() % corpus.size()], random);
    repair(input);
    outcomeIsNew = false;
    tryInput(input);
    if (outcomeIsNew && corpus.size() < kLargestCorpus) corpus.push_back(std::move(input));
  }
  std::cout << tried << " inputs, " << corpus.size() << " kept, " << outcomes.size() << " outcomes, "
            << peakKiB() / 1024 << " MiB\n";
}

int run(const std::string& name, const Settings& settings) {
  const auto path = std::filesystem::temp_directory_path() /
                    (name + "-" + std::to_string(settings.seed) + "-" + std::to_string(getpid()) + ".input");
  path.string().copy(keepPath.data(), keepPath.size() - 1);
  installHandlers();
  std::vector<std::string> corpus;
  if (!settings.once) corpus = seeds();
  for (const std::string& file : settings.files) corpus.push_back(contentOf(file));
  for (const std::string& input : corpus) tryInput(input);
  if (!settings.once) explore(std::move(corpus), settings);
  std::error_code ignored;
  std::filesystem::remove(asFile(nullptr, 0), ignored);
  return 0;
}

}  // namespace

void noteOutcome(std::string_view sentence) {
  std::string kind;
  char quote = 0;
  for (const char letter : sentence) {
    if (quote != 0) {
      if (letter == quote) quote = 0;
      continue;
    }
    if (letter == '\'' || letter == '"') quote = letter;
    if (!std::isdigit(static_cast<unsigned char>(letter))) kind += letter;
  }
  outcomeIsNew = outcomes.insert(std::hash<std::string>()(kind)).second || outcomeIsNew;
}

int accepts(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) throw;
    require(std::strchr(error.what(), '\n') == nullptr, "an error has more than one line");
    noteOutcome(error.message());
  } catch (const std::bad_alloc&) {
    noteOutcome("no memory");
  }
  return -1;
}

std::string asFile(const uint8_t* data, size_t size) {
  static const std::string path = [] {
    const char* folder = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    return std::string(folder) + "/ridge-fuzz-" + std::to_string(getpid());
  }();
  // A new file each time: the one before may still be mapped.
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << path << " cannot be read\n";
    std::exit(2);
  }
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void require(bool holds, const char* sentence) {
  if (!holds) throw std::logic_error(sentence);
}

}  // namespace ridge::fuzz

#if defined(__SANITIZE_ADDRESS__)
/// Too large a request is answered as the machine would: without memory.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=8192:hard_rss_limit_mb=4096:handle_abort=1";
}
#endif

int main(int argc, char** argv) {
  ridge::fuzz::Settings settings;
  if (!ridge::fuzz::read(argc, argv, settings)) {
    std::cerr << "usage: " << argv[0] << " [--seconds S] [--seed N] [--once] [FILE...]\n";
    return 2;
  }
  return ridge::fuzz::run(std::filesystem::path(argv[0]).filename(), settings);
}

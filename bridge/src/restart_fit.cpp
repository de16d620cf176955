// SPDX-License-Identifier: BSD-3-Clause
#include "restart_fit.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "error.hpp"
#include "spelling.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using nlohmann::json;

constexpr const char *how_to_adapt = "; [domain] restart = \"adapt\" takes over what fits";

bool begins(const std::string &text, const std::string &with) {
  return text.compare(0, with.size(), with) == 0;
}

bool ends(const std::string &text, const std::string &with) {
  return text.size() >= with.size() &&
         text.compare(text.size() - with.size(), with.size(), with) == 0;
}

struct Contents {
  json made_with;
  std::map<std::string, const StateArray *> arrays;  // by the name within the part
};

// "scheme/radiation/hook 1 (ridge)" and so on.
using Parts = std::map<std::string, Contents>;

Parts parts_of(const Snapshot &snapshot) {
  Parts parts;
  const std::string suffix = std::string("/") + made_with_name;
  for (const StateArray &array : snapshot.arrays) {
    if (array.by_column || !ends(array.name, suffix)) continue;
    const std::string name = array.name.substr(0, array.name.size() - suffix.size());
    parts[name].made_with = json::parse(unspelled(array.values), nullptr, false);
  }
  for (auto &[name, part] : parts)
    for (const StateArray &array : snapshot.arrays)
      if (begins(array.name, name + "/")) part.arrays[array.name.substr(name.size() + 1)] = &array;
  return parts;
}

// ---- Schemes

std::string plain(const json &word) {
  return word.is_string() ? word.get<std::string>() : word.dump();
}

struct About {
  json about;

  json of(const char *key) const { return about.is_object() ? about.value(key, json()) : json(); }
  // In these modes nothing is learnt, as in a scheme that is not there.
  bool quiet() const {
    const json mode = of("mode");
    return !mode.is_string() || mode == "native" || mode == "record" || mode == "replay";
  }
  std::string in_words() const {
    if (!of("mode").is_string()) return "none of that name";
    std::string names;
    for (const json &hook : of("hooks"))
      names += (names.empty() ? " with hooks " : ", ") + plain(hook);
    return "mode " + plain(of("mode")) + names;
  }
};

using Schemes = std::map<std::string, About>;  // by "scheme/radiation"

Schemes schemes_of(const Parts &parts) {
  Schemes schemes;
  const std::string suffix = "/about";
  for (const auto &[name, part] : parts)
    if (begins(name, "scheme/") && ends(name, suffix))
      schemes[name.substr(0, name.size() - suffix.size())].about = part.made_with;
  return schemes;
}

std::string told_scheme(const std::string &scheme) {
  return "scheme " + in_quotes(scheme.substr(std::string("scheme/").size()));
}

// "scheme 'radiation'" and "hook 1 (ridge)".
std::pair<std::string, std::string> told_part(const std::string &part, const Schemes &schemes) {
  for (const auto &entry : schemes)
    if (begins(part, entry.first + "/"))
      return {told_scheme(entry.first), part.substr(entry.first.size() + 1)};
  return {"domain", part};
}

void check_schemes(const Schemes &own, const Schemes &found, const std::string &where) {
  std::set<std::string> names;
  for (const Schemes *list : {&own, &found})
    for (const auto &entry : *list) names.insert(entry.first);
  const auto look = [](const Schemes &list, const std::string &name) {
    const auto at = list.find(name);
    return at == list.end() ? About() : at->second;
  };
  for (const std::string &name : names) {
    const About a = look(own, name), b = look(found, name);
    if (a.quiet() && b.quiet()) continue;
    const std::string what = where + ": " + told_scheme(name);
    if (a.in_words() != b.in_words())
      mismatch(HYB_ERROR_STATE, what, a.in_words() + " as this run has", b.in_words() + how_to_adapt);
    if (a.of("emulator") != b.of("emulator"))
      mismatch(HYB_ERROR_STATE, what + ": emulator",
               "the file that this run has (hash " + plain(a.of("emulator")) + ")",
               "another one (hash " + plain(b.of("emulator")) + ")" + how_to_adapt);
  }
}

// ---- Parts

// The keys in which `one` is not as `other`, with its values.
std::string differing(const json &one, const json &other) {
  if (!one.is_object() || !other.is_object()) return one.dump();
  std::set<std::string> keys;
  for (const json *object : {&one, &other})
    for (const auto &[key, value] : object->items()) keys.insert(key);
  std::string text;
  for (const std::string &key : keys) {
    const json a = one.value(key, json()), b = other.value(key, json());
    if (a == b) continue;
    text += (text.empty() ? "" : ", ") + (a.is_null() ? "no " + key : key + " " + a.dump());
  }
  return text;
}

// Whatever their number is.
std::string family(const std::string &part) {
  std::string text;
  std::copy_if(part.begin(), part.end(), std::back_inserter(text),
               [](char letter) { return letter < '0' || letter > '9'; });
  return text;
}

bool fits(const Contents &own, const Contents &found) {
  const auto same_name = [](const auto &a, const auto &b) { return a.first == b.first; };
  return own.made_with == found.made_with && own.arrays.size() == found.arrays.size() &&
         std::equal(own.arrays.begin(), own.arrays.end(), found.arrays.begin(), same_name);
}

// What is worth no word: counts for the next record, values of the last step that was observed.
bool light(const std::string &told) {
  return begins(told, "records") || begins(told, "observed ") || told == "about";
}

class Fitter {
 public:
  Fitter(const Snapshot &found, const Snapshot &own, bool adapts, std::string where)
      : found_(parts_of(found)), own_(parts_of(own)), adapts_(adapts), where_(std::move(where)) {
    own_schemes_ = schemes_of(own_);
    found_schemes_ = schemes_of(found_);
    if (!adapts_) check_schemes(own_schemes_, found_schemes_, where_);
    add_loose(found);
    for (const auto &[name, part] : own_) add_part(name, part);
    for (const auto &[name, part] : found_) look_at_rest(name);
    tell_lists();
  }

  Fit fit;

 private:
  static bool loose(const StateArray &array, const Parts &parts) {
    return std::none_of(parts.begin(), parts.end(),
                        [&](const auto &part) { return begins(array.name, part.first + "/"); });
  }
  void add_loose(const Snapshot &found) {
    for (const StateArray &array : found.arrays)
      if (loose(array, found_)) fit.snapshot.arrays.push_back(array);
  }

  // A hook may have another number now.
  Parts::const_iterator look_for(const std::string &name, const Contents &part) const {
    const auto usable = [&](const auto &entry) {
      return !taken_.count(entry.first) && fits(part, entry.second);
    };
    const auto exact = found_.find(name);
    if (exact == found_.end() ? !adapts_ : usable(*exact)) return exact;
    const auto relative = std::find_if(found_.begin(), found_.end(), [&](const auto &entry) {
      return adapts_ && family(entry.first) == family(name) && usable(entry);
    });
    return relative;
  }

  void add_part(const std::string &name, const Contents &part) {
    const auto source = look_for(name, part);
    const bool takes = source != found_.end() && fits(part, source->second);
    if (takes) taken_.insert(source->first);
    if (!takes) tell_anew(name, part);
    for (const auto &[inner, array] : takes ? source->second.arrays : part.arrays) {
      fit.snapshot.arrays.push_back(*array);
      fit.snapshot.arrays.back().name = name + "/" + inner;
    }
  }

  void tell_anew(const std::string &name, const Contents &part) {
    const auto [scheme, told] = told_part(name, own_schemes_);
    const auto found = found_.find(name);
    if (light(told)) return;
    if (found == found_.end()) {
      if (!adapts_) mismatch(HYB_ERROR_STATE, where_ + ": " + scheme, told + " as this run has",
                             "none" + std::string(how_to_adapt));
      anew_[scheme].push_back(told);
      return;
    }
    if (found->second.made_with == part.made_with) refuse_arrays(scheme, told, part, found->second);
    const std::string a = differing(part.made_with, found->second.made_with),
                      b = differing(found->second.made_with, part.made_with);
    if (!adapts_)
      mismatch(HYB_ERROR_STATE, where_ + ": " + scheme + ": " + told, a + " as this run has",
               b + how_to_adapt);
    fit.told.push_back(where_ + ": " + scheme + ": " + told + " begins anew: expected " + a +
                       ", found " + b);
    replaced_.insert(name);
  }

  // Made alike and yet other arrays: of another version, or damaged.
  void refuse_arrays(const std::string &scheme, const std::string &told, const Contents &own,
                     const Contents &found) const {
    const auto lacks = [](const Contents &part, const std::string &name) {
      return part.arrays.count(name) == 0;
    };
    for (const auto &[name, array] : own.arrays)
      if (lacks(found, name))
        mismatch(HYB_ERROR_STATE, where_ + ": " + scheme + ": " + told, in_quotes(name), "none");
    for (const auto &[name, array] : found.arrays)
      if (lacks(own, name))
        mismatch(HYB_ERROR_STATE, where_ + ": " + scheme + ": " + told,
                 "nothing that this version does not know", in_quotes(name));
  }

  void look_at_rest(const std::string &name) {
    if (taken_.count(name) || replaced_.count(name)) return;
    const auto [scheme, told] = told_part(name, found_schemes_);
    if (light(told)) return;
    if (!adapts_) mismatch(HYB_ERROR_STATE, where_ + ": " + scheme, "no " + told + " as this run has",
                           "one" + std::string(how_to_adapt));
    dropped_[scheme].push_back(told);
  }

  void tell_lists() {
    for (const auto &[scheme, parts] : anew_)
      fit.told.push_back(where_ + ": " + scheme + ": not in it, so as in a new run: " + listed(parts));
    for (const auto &[scheme, parts] : dropped_)
      fit.told.push_back(where_ + ": " + scheme + ": unknown to this run, dropped: " + listed(parts));
  }

  const Parts found_, own_;
  Schemes own_schemes_, found_schemes_;
  const bool adapts_;
  const std::string where_;
  std::set<std::string> taken_, replaced_;  // of the parts found
  std::map<std::string, std::vector<std::string>> anew_, dropped_;  // by scheme
};

}  // namespace

Fit fitted(const Snapshot &found, const Snapshot &own, bool adapts, const std::string &where) {
  return std::move(Fitter(found, own, adapts, where).fit);
}

}  // namespace hyb

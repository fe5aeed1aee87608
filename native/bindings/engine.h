// The addon's own thread. Jobs run on it one after the other, never on libuv's pool; results and progress
// come back to the JS thread through one thread-safe function. One engine an environment (main thread or
// worker). The first job begins the thread, and the first after one that ran out of memory another.
#pragma once
#include <napi.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "bindings/failure.h"
#include "core/job.h"
#include "core/kept.h"

namespace shellac::bindings {

using Finish = std::function<Napi::Value(Napi::Env)>;  // makes the promise's value, on the JS thread
using Work = std::function<Finish(const Job&)>;        // computes, on the engine's thread

class Engine {
 public:
  explicit Engine(Napi::Env env);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // JS thread. Returns { promise, abort }. onProgress may be undefined; when it throws, the job is stopped
  // and the promise rejected with what it threw.
  Napi::Object start(Napi::Env env, const Napi::Value& onProgress, Work work);

  // The same, with what the job keeps: onKept is called with each, as Kept of binding.d.ts, before the
  // promise settles.
  using Keep = std::function<void(Kept)>;
  using KeepingWork = std::function<Finish(const Job&, const Keep&)>;
  Napi::Object start(Napi::Env env, const Napi::Value& onProgress, const Napi::Value& onKept,
                     KeepingWork work);

  // JS thread. Stops every job and joins the thread; later jobs are rejected. Safe to call again.
  void halt();

  static Engine& of(Napi::Env env);

 private:
  struct Task;    // what the engine's thread sees
  struct Caller;  // what belongs to the JS thread: the promise and the callback
  struct Event;
  static void receive(Napi::Env env, Napi::Function, Engine* engine, Event* event);
  using Channel = Napi::TypedThreadSafeFunction<Engine, Event, &Engine::receive>;

  void loop();
  std::unique_ptr<Event> perform(Task& task);
  void post(std::unique_ptr<Event> event);
  void renewThread();
  void renewThreadOrReject(Napi::Env env);
  void abort(Napi::Env env, uint64_t id);
  void report(Napi::Env env, const Event& event);
  void settle(Napi::Env env, const Event& event);
  std::optional<std::shared_ptr<Task>> takeQueued(uint64_t id);

  Channel channel_;
  std::map<uint64_t, Caller> callers_;  // JS thread only
  uint64_t nextId_ = 1;                 // JS thread only

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Task>> queue_;
  std::shared_ptr<Task> running_;
  bool halted_ = false;
  bool spent_ = true;   // the thread, if there is one, takes no job any more
  std::thread thread_;  // JS thread only
};

}  // namespace shellac::bindings

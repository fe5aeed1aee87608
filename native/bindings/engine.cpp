#include "bindings/engine.h"

#include <malloc.h>

#include <chrono>
#include <utility>

#include "bindings/convert.h"

namespace shellac::bindings {
namespace {

constexpr auto kBetweenReports = std::chrono::milliseconds(100);

Failure aborted() {
  return {Code::Aborted, {.thing = "job", .found = "it was asked to stop"}, "job: it was asked to stop"};
}

Napi::Object progressToJs(Napi::Env env, const Progress& progress) {
  auto object = Napi::Object::New(env);
  object.Set("stage", progress.stage);
  object.Set("name", progress.name);
  object.Set("unit", static_cast<double>(progress.unit));
  object.Set("units", static_cast<double>(progress.units));
  object.Set("step", static_cast<double>(progress.step));
  object.Set("steps", static_cast<double>(progress.steps));
  object.Set("loss", progress.loss);
  return object;
}

// To the system: of a job that was given up, glibc would keep what its next one may never need.
void returnFreedMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// Lets through ten reports a second, and each that finishes a unit.
class Coalescer {
 public:
  bool lets(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kBetweenReports && progress.unit == unit_) return false;
    last_ = now;
    unit_ = progress.unit;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point last_ = {};
  int64_t unit_ = -1;
};

}  // namespace

struct Engine::Event {
  uint64_t id;
  std::optional<Progress> progress = {};
  std::optional<Kept> kept = {};
  Finish finish = {};
  std::optional<Failure> failure = {};
};

struct Engine::Task {
  uint64_t id;
  Work work;
  std::unique_ptr<Job> job;
  std::unique_ptr<Event> end;  // made beforehand: there may be no memory for it when it is needed
};

struct Engine::Caller {
  Napi::Promise::Deferred deferred;
  Napi::FunctionReference onProgress, onKept;
  std::shared_ptr<Task> task;
  std::optional<Napi::ObjectReference> thrown = {};  // by one of them
};

Engine::Engine(Napi::Env env)
    : channel_(Channel::New(env, "shellac engine", /*maxQueueSize=*/0, /*initialThreadCount=*/1, this)) {
  channel_.Unref(env);
}

Engine::~Engine() { halt(); }

Engine& Engine::of(Napi::Env env) { return *env.GetInstanceData<Engine>(); }

Napi::Object Engine::start(Napi::Env env, const Napi::Value& onProgress, Work work) {
  return start(env, onProgress, env.Undefined(),
               [work = std::move(work)](const Job& job, const Keep&) { return work(job); });
}

Napi::Object Engine::start(Napi::Env env, const Napi::Value& onProgress, const Napi::Value& onKept,
                           KeepingWork work) {
  const auto id = nextId_++;
  auto caller =
      Caller{.deferred = Napi::Promise::Deferred::New(env), .onProgress = {}, .onKept = {}, .task = {}};
  if (onProgress.IsFunction()) caller.onProgress = Napi::Persistent(onProgress.As<Napi::Function>());
  if (onKept.IsFunction()) caller.onKept = Napi::Persistent(onKept.As<Napi::Function>());
  const auto reporter = [this, id, coalescer = Coalescer{}](const Progress& progress) mutable {
    if (!coalescer.lets(progress)) return;
    post(std::make_unique<Event>(Event{.id = id, .progress = progress}));
  };
  const Keep keep = [this, id](Kept kept) {
    post(std::make_unique<Event>(Event{.id = id, .kept = std::move(kept)}));
  };
  Work task = [work = std::move(work), keep](const Job& job) { return work(job, keep); };
  caller.task = std::make_shared<Task>(id, std::move(task), std::make_unique<Job>(reporter),
                                       std::make_unique<Event>(Event{.id = id}));
  renewThread();

  auto started = Napi::Object::New(env);
  started.Set("promise", caller.deferred.Promise());
  started.Set("abort", Napi::Function::New(env, [id](const Napi::CallbackInfo& info) {
                Engine::of(info.Env()).abort(info.Env(), id);
              }));

  const std::lock_guard lock(mutex_);
  if (halted_) {
    caller.deferred.Reject(toJsError(env, aborted()).Value());
    return started;
  }
  if (callers_.empty()) channel_.Ref(env);
  queue_.push_back(caller.task);
  callers_.emplace(id, std::move(caller));
  wake_.notify_one();
  return started;
}

void Engine::halt() {
  {
    const std::lock_guard lock(mutex_);
    halted_ = true;
    queue_.clear();
    if (running_) running_->job->stop();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// On the engine's thread.
void Engine::loop() {
  std::unique_lock lock(mutex_);
  while (!spent_) {
    wake_.wait(lock, [this] { return halted_ || !queue_.empty(); });
    if (halted_) return;
    running_ = queue_.front();
    queue_.pop_front();
    lock.unlock();
    auto event = perform(*running_);
    lock.lock();
    running_.reset();
    spent_ = event->failure && event->failure->code == Code::OutOfMemory;
    lock.unlock();
    post(std::move(event));
    lock.lock();
  }
}

void Engine::post(std::unique_ptr<Event> event) {
  if (channel_.NonBlockingCall(event.get()) == napi_ok) event.release();  // receive() owns it from here
}

std::unique_ptr<Engine::Event> Engine::perform(Task& task) {
  auto event = std::move(task.end);
  try {
    task.job->checkpoint();
    event->finish = task.work(*task.job);
  } catch (...) {
    event->failure = failureOf(std::current_exception());
  }
  task.work = {};  // the job's tensors go now, not when JavaScript gets round to it
  if (event->failure) returnFreedMemory();
  return event;
}

// Where memory ran out, the thread is no longer good: oneDNN's code generator keeps its first error for each
// thread, and refuses all that this thread asks for later. Throws std::system_error where none can be made.
void Engine::renewThread() {
  {
    const std::lock_guard lock(mutex_);
    if (!spent_ || halted_) return;
  }
  if (thread_.joinable()) thread_.join();
  spent_ = false;  // no lock: there is no other thread now
  try {
    thread_ = std::thread([this] { loop(); });
  } catch (...) {
    spent_ = true;
    throw;
  }
}

void Engine::renewThreadOrReject(Napi::Env env) {
  try {
    renewThread();
  } catch (...) {
    const auto failure = failureOf(std::current_exception());
    for (const auto& task : std::exchange(queue_, {})) settle(env, {.id = task->id, .failure = failure});
  }
}

// A job that still waits is rejected at once; a running one at its next checkpoint.
void Engine::abort(Napi::Env env, uint64_t id) {
  const auto caller = callers_.find(id);
  if (caller == callers_.end()) return;
  caller->second.task->job->stop();
  if (takeQueued(id)) settle(env, {.id = id, .failure = aborted()});
}

std::optional<std::shared_ptr<Engine::Task>> Engine::takeQueued(uint64_t id) {
  const std::lock_guard lock(mutex_);
  for (auto task = queue_.begin(); task != queue_.end(); ++task)
    if ((*task)->id == id) {
      auto taken = *task;
      queue_.erase(task);
      return taken;
    }
  return std::nullopt;
}

void Engine::receive(Napi::Env env, Napi::Function, Engine* engine, Event* raw) {
  const std::unique_ptr<Event> event(raw);
  if (env == nullptr) return;  // the environment is going away
  if (event->progress || event->kept)
    engine->report(env, *event);
  else
    engine->settle(env, *event);
  engine->renewThreadOrReject(env);
}

void Engine::report(Napi::Env env, const Event& event) {
  const auto found = callers_.find(event.id);
  if (found == callers_.end() || found->second.thrown) return;
  const auto& callback = event.kept ? found->second.onKept : found->second.onProgress;
  if (callback.IsEmpty()) return;
  const Napi::HandleScope scope(env);
  try {
    callback.Value().Call({event.kept ? toJs(env, *event.kept) : progressToJs(env, *event.progress)});
  } catch (const Napi::Error& error) {
    const auto again = callers_.find(event.id);  // the callback may have settled it
    if (again == callers_.end()) return;
    auto holder = Napi::Object::New(env);  // anything can be thrown, also what is no object
    holder.Set("thrown", error.Value());
    again->second.thrown = Napi::Persistent(holder);
    again->second.task->job->stop();
  }
}

void Engine::settle(Napi::Env env, const Event& event) {
  const auto found = callers_.find(event.id);
  if (found == callers_.end()) return;
  const Napi::HandleScope scope(env);
  const auto caller = std::move(found->second);
  callers_.erase(found);
  if (callers_.empty()) channel_.Unref(env);
  if (caller.thrown) return caller.deferred.Reject(caller.thrown->Value().Get("thrown"));
  if (event.failure) return caller.deferred.Reject(toJsError(env, *event.failure).Value());
  try {
    caller.deferred.Resolve(event.finish(env));
  } catch (const Napi::Error& error) {
    caller.deferred.Reject(error.Value());
  } catch (...) {
    caller.deferred.Reject(toJsError(env, failureOf(std::current_exception())).Value());
  }
}

}  // namespace shellac::bindings

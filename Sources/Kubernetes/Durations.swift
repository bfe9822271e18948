public import Clockwork

/// How long things take, in milliseconds: one table per version, so that a lesson can be compared with its source.
public struct Durations: Equatable, Sendable {
  /// PLEG: how often the kubelet looks at the runtime (pkg/kubelet: plegRelistPeriod).
  public var relistPeriod: Time = 1000
  /// Between the first call for a sandbox and its answer; recordings show 300–550 ms with docker.
  public var sandboxStart: Time = 500
  public var containerCreate: Time = 20
  public var containerStart: Time = 90
  /// From SIGTERM to the end of a process that heeds it.
  public var processExit: Time = 35
  public var sandboxStop: Time = 240
  /// How often the status manager goes through all Pods (pkg/kubelet/status: syncPeriod).
  public var statusSync: Time = 10_000
  /// A worker that failed tries again after 10 s and up to half of that more; recordings show 13.7–15.5 s.
  public var workerRetry: Time = 14_000
  /// pkg/kubelet: MaxContainerBackOff and backOffPeriod.
  public var backoffBase: Time = 10_000
  public var backoffLimit: Time = 300_000
  /// An image whose data names no time (DESIGN §3).
  public var imagePull: Time = 2000
  /// kube-scheduler: how long an unschedulable Pod waits before it is tried again without any event.
  public var unschedulableFlush: Time = 60_000
  public var schedulerBackoffBase: Time = 1000
  public var schedulerBackoffLimit: Time = 10_000
  /// Between the return of one command of a script and the next: a shell starts a process, which reads its configuration.
  public var commandStart: Time = 60
  /// kubectl gives up on a request after this long without an answer from etcd.
  public var etcdTimeout: Time = 7000
  /// How long kube-apiserver waits for etcd before it calls itself not healthy (etcd-healthcheck-timeout).
  public var healthTimeout: Time = 2000
  /// kube-apiserver waits this long for a connection to a kubelet (the dialer of its transport).
  public var dialTimeout: Time = 30_000
  /// The kubelet looks at the sizes of log files (pkg/kubelet/logs: logMonitoringPeriod); the sizes are its defaults.
  public var logRotationPeriod: Time = 10_000
  public var logMaxSize: Int64 = 10 * 1024 * 1024
  public var logMaxFiles: Int64 = 5

  public init(_ version: Version) {
    if version == .now {
      sandboxStart = 300
      // KEP-2535: the flush of Pods that no event moved became five minutes in 1.21.
      unschedulableFlush = 300_000
    }
  }
}

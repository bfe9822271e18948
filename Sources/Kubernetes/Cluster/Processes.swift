public import Clockwork

extension World where D == Kube {
  /// The process that a component is part of: its own, or kube-controller-manager for a control loop.
  public func process(of address: Address) -> String {
    let name = name(of: address)
    guard role(of: address) == .controller else { return name }
    for process in [KubeControllerManager.usual, KubeControllerManager.cloud] {
      guard let manager = self.address(of: process),
        component(manager, as: KubeControllerManager.self)?.loops.contains(address) == true
      else { continue }
      return process
    }
    return name
  }
}

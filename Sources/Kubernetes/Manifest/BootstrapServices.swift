import Clockwork

extension Bootstrap {
  /// The Service by which Pods reach kube-apiserver; kube-apiserver itself writes its endpoints.
  static func kubernetesService(_ spec: ClusterSpec) -> [Object] {
    var service = Service()
    service.metadata = ObjectMeta(
      name: "kubernetes",
      namespace: "default",
      labels: ["component": "apiserver", "provider": "kubernetes"]
    )
    if let range = CIDR(spec.serviceCIDR) { service.spec.clusterIP = range.first.text }
    service.spec.ports = [ServicePort(443, name: "https", target: PortTarget(6443))]
    Defaulting.apply(to: &service, version: spec.version)
    var address = EndpointAddress()
    address.ip = spec.controlPlaneIP
    var subset = EndpointSubset()
    subset.addresses = [address]
    subset.ports = [EndpointPort(6443, name: "https", protocol: "TCP")]
    var endpoints = Endpoints()
    endpoints.metadata = ObjectMeta(
      name: "kubernetes",
      namespace: "default",
      labels: ["endpointslice.kubernetes.io/skip-mirror": "true"]
    )
    endpoints.subsets = [subset]
    var endpoint = Endpoint()
    endpoint.addresses = [spec.controlPlaneIP]
    endpoint.conditions.ready = true
    var slice = EndpointSlice()
    slice.metadata = ObjectMeta(
      name: "kubernetes",
      namespace: "default",
      labels: ["kubernetes.io/service-name": "kubernetes"]
    )
    slice.metadata.generation = 1
    slice.addressType = "IPv4"
    slice.endpoints = [endpoint]
    slice.ports = [EndpointSlicePort(6443, name: "https", protocol: "TCP")]
    return [Object(service), Object(endpoints), Object(slice)]
  }
}
